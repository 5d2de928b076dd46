"""Where files may lie, and what a caller is told when one cannot be had."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

import boto3
import pytest

from glueml_core.errors import InvalidInputException
from glueml_core.settings import Settings
from glueml_core.tables.locations import check_output_path, locate, read_object, stat_object
from glueml_core.tables.outputs import open_output
from glueml_core.tables.s3 import client as s3_client


def refusal(uri: str, settings: Settings) -> str:
    with pytest.raises(InvalidInputException) as refused:
        stat_object(uri, settings)
    return str(refused.value)


class TestLocalFiles:
    @pytest.mark.parametrize("prefix", ["", "file://", "file://localhost"])
    def test_are_named_by_uri_or_absolute_path(self, tmp_path, settings, prefix):
        path = tmp_path / "labels #1 ?.csv"
        path.write_bytes(b"x" * 12)

        assert stat_object(f"{prefix}{path}", settings).size_bytes == 12

    def test_change_their_etag_when_written_again(self, tmp_path, settings):
        path = tmp_path / "labels.csv"
        path.write_text("one")
        before = stat_object(str(path), settings)
        path.write_text("two")

        assert stat_object(str(path), settings).etag != before.etag

    def test_are_read_in_the_version_that_was_asked_for_or_not_at_all(self, tmp_path, settings):
        path = tmp_path / "labels.csv"
        path.write_text("one")
        pinned = stat_object(str(path), settings).etag
        assert read_object(str(path), settings, pinned) == (b"one", pinned)
        newer = tmp_path / "newer"
        newer.write_text("two")
        newer.replace(path)

        with pytest.raises(InvalidInputException, match="another version by now"):
            read_object(str(path), settings, pinned)

        content, found = read_object(str(path), settings)
        assert (content, found) == (b"two", stat_object(str(path), settings).etag)

    @pytest.mark.behavior(30)
    def test_that_are_missing_empty_or_no_file_are_refused(self, tmp_path, settings):
        missing, empty = tmp_path / "missing.csv", tmp_path / "empty.csv"
        empty.touch()

        cannot = "Cannot access the label file at"
        assert refusal(str(missing), settings) == f"{cannot} {missing}. No such file or directory."
        assert refusal(str(empty), settings) == "Invalid label file of size 0."
        assert refusal(str(tmp_path), settings) == (
            f"{cannot} {tmp_path}. It is a folder, not a file."
        )

    @pytest.mark.parametrize("uri", ["labels.csv", "http://a/b.csv", "file://", "", "s3://bucket"])
    def test_need_a_whole_path(self, settings, uri):
        assert refusal(uri, settings) == "Invalid label file path."

    def test_outside_of_the_allowed_folders_are_refused(self, tmp_path, settings):
        """Neither `..` nor a link gets out."""
        inside = tmp_path / "inside"
        inside.mkdir()
        (tmp_path / "secret.csv").write_text("secret")
        (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
        narrow = settings.model_copy(update={"file_roots": (inside,)})

        for uri in (inside / ".." / "secret.csv", inside / "link.csv", Path("/etc/passwd")):
            assert "outside of the folders" in refusal(str(uri), narrow)

    def test_may_be_reached_through_a_link_to_an_allowed_folder(self, tmp_path, settings):
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "labels.csv").write_text("x")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        linked = settings.model_copy(update={"file_roots": (tmp_path / "link",)})

        assert stat_object(str(tmp_path / "link" / "labels.csv"), linked).size_bytes == 1


class TestS3Objects:
    def test_are_seen_with_size_etag_and_region(self, s3, bucket, settings):
        etag = s3.put_object(Bucket=bucket, Key="a b/é.csv", Body=b"12345")["ETag"]

        seen = stat_object(f"s3://{bucket}/a b/é.csv", settings)

        assert (seen.size_bytes, seen.etag, seen.region) == (5, etag.strip('"'), "us-east-1")

    def test_are_read_in_the_version_that_was_asked_for_or_not_at_all(self, s3, bucket, settings):
        uri = f"s3://{bucket}/labels.csv"
        s3.put_object(Bucket=bucket, Key="labels.csv", Body=b"one")
        pinned = stat_object(uri, settings).etag
        assert read_object(uri, settings, pinned) == (b"one", pinned)
        s3.put_object(Bucket=bucket, Key="labels.csv", Body=b"two")

        with pytest.raises(InvalidInputException, match="another version by now"):
            read_object(uri, settings, pinned)

    @pytest.mark.behavior(30)
    def test_that_are_missing_or_empty_are_refused(self, s3, bucket, settings):
        s3.put_object(Bucket=bucket, Key="empty.csv", Body=b"")
        missing, nowhere = f"s3://{bucket}/missing.csv", "s3://no-such-bucket/labels.csv"

        cannot = "Cannot access the label file at"
        assert refusal(missing, settings) == f"{cannot} {missing}. It does not exist."
        assert refusal(nowhere, settings) == f"{cannot} {nowhere}. The bucket does not exist."
        assert refusal(f"s3://{bucket}/empty.csv", settings) == "Invalid label file of size 0."

    @pytest.mark.behavior(30)
    @pytest.mark.parametrize(
        ("expected", "got"), [("us-east-1", "eu-west-1"), ("eu-west-1", "us-east-1")]
    )
    def test_of_another_region_are_refused(self, s3, settings, expected, got):
        client = boto3.client("s3", region_name=got)
        place = {"CreateBucketConfiguration": {"LocationConstraint": got}}
        name = f"labels-of-{got}"
        client.create_bucket(Bucket=name, **({} if got == "us-east-1" else place))
        client.put_object(Bucket=name, Key="labels.csv", Body=b"x")
        there = settings.model_copy(update={"region": expected})

        assert refusal(f"s3://{name}/labels.csv", there) == (
            "S3 path provided is not in the same region as transform. "
            f"Expecting region - {expected}, but got - {got}."
        )

    def test_behind_a_dead_endpoint_say_so(self, s3, settings, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

        assert "Could not connect to the endpoint URL" in refusal("s3://bucket/a.csv", settings)

    def test_are_asked_for_where_the_environment_says_by_now(
        self, s3, bucket, settings, monkeypatch
    ):
        """A server's clients are kept, and must not outlive what set them up."""
        uri = f"s3://{bucket}/labels.csv"
        s3.put_object(Bucket=bucket, Key="labels.csv", Body=b"x")
        assert stat_object(uri, settings).size_bytes == 1

        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
            elsewhere.setenv("AWS_MAX_ATTEMPTS", "1")
            assert "Could not connect to the endpoint URL" in refusal(uri, settings)

        assert stat_object(uri, settings).size_bytes == 1

    def test_are_asked_for_by_a_fork_over_connections_of_its_own(self, s3):
        """On a connection that both use, an answer would go to either."""
        ours = s3_client("us-east-1")
        fork = get_context("fork").Process(target=lambda: exit(s3_client("us-east-1") is ours))
        fork.start()
        fork.join()

        assert fork.exitcode == 0
        assert s3_client("us-east-1") is ours


class TestOutputs:
    def test_appear_when_the_block_ends(self, tmp_path, settings):
        location = locate(f"file://{tmp_path}/new/out.csv", settings)

        with open_output(location) as file:
            file.write(b"whole")
            assert not location.local.exists()

        assert location.local.read_bytes() == b"whole"
        assert [path.name for path in location.local.parent.iterdir()] == ["out.csv"]

    def test_of_a_block_that_fails_never_appear(self, tmp_path, settings, s3, bucket):
        def write_half(uri: str) -> None:
            with open_output(locate(uri, settings)) as file:
                file.write(b"half")
                raise KeyboardInterrupt

        for uri in (f"{tmp_path}/out.csv", f"s3://{bucket}/out.csv"):
            with pytest.raises(KeyboardInterrupt):
                write_half(uri)

        assert list(tmp_path.glob("*out*")) == []
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    def test_in_several_parts_arrive_whole(self, settings, s3, bucket):
        content = bytes(range(256)) * 2**16

        with open_output(locate(f"s3://{bucket}/large.bin", settings)) as file:
            file.write(content)

        stored = s3.get_object(Bucket=bucket, Key="large.bin")["Body"].read()
        assert stored == content

    def test_that_cannot_be_written_say_where(self, tmp_path, settings):
        (tmp_path / "file").touch()

        with (
            pytest.raises(InvalidInputException, match=r"Cannot write to .*file/out.csv. "),
            open_output(locate(f"{tmp_path}/file/out.csv", settings)),
        ):
            pass


class TestOutputPaths:
    def test_may_be_folders_that_are_not_there_yet(self, tmp_path, settings, s3, bucket):
        for uri in (f"file://{tmp_path}/later", f"s3://{bucket}/labelsets", f"s3://{bucket}"):
            assert check_output_path(uri, settings).child("a.csv").uri == f"{uri}/a.csv"

    def test_that_lead_nowhere_are_refused_at_once(self, tmp_path, settings, s3):
        (tmp_path / "file").touch()

        for uri, reason in {
            "s3://no-such-bucket/x": "The bucket does not exist",
            f"{tmp_path}/file": "a file, not a folder",
            "/etc": "outside of the folders",
            "labelsets": "neither s3://bucket/key nor file:///path",
        }.items():
            with pytest.raises(InvalidInputException, match=reason):
                check_output_path(uri, settings)
