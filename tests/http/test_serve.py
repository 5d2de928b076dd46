"""`glueml serve`: how it starts, whom it trusts, how it ends."""

from __future__ import annotations

import socket
import threading

import httpx
import psutil
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from glueml_core.cli.serve import command
from tests.http.conftest import people_table, people_transform
from tests.http.server_process import serve
from tests.http.serving import KEY_ID, SECRET, glue_client

KEYS = {"GLUEML_ACCESS_KEY_ID": KEY_ID, "GLUEML_SECRET_ACCESS_KEY": SECRET}


def refusal(*options: str, **variables: str) -> str:
    """What a server that does not start says."""
    done = CliRunner().invoke(command, ["--port", "0", *options], env=variables)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    return done.output


class TestWithoutKeys:
    def test_it_says_that_it_is_for_this_machine_only(self, tmp_path):
        with serve(tmp_path / "store") as server:
            assert server.announcement.startswith("Listening on http://127.0.0.1:")
            assert "no access keys: for this machine only" in server.announcement
            glue = glue_client(server.url, secret="any")
            assert glue.list_ml_transforms()["TransformIds"] == []
            page = httpx.get(server.url, follow_redirects=True)
            assert page.headers["Content-Type"].startswith("text/html")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.invalid"])
    def test_it_does_not_bind_anything_but_loopback(self, host):
        assert "Without access keys" in refusal("--host", host)


class TestWithKeys:
    def test_it_binds_where_it_is_told_and_shows_its_keys_nowhere(self, tmp_path):
        """One key in the client's own kind of credentials file, one in the environment."""
        file = tmp_path / "credentials"
        file.write_text("[a]\naws_access_key_id=AKIDFILE\naws_secret_access_key=file-secret\n")
        keys = KEYS | {"GLUEML_KEYS_FILE": str(file)}

        with serve(tmp_path / "store", "--host", "0.0.0.0", **keys) as server:
            here = f"http://127.0.0.1:{server.url.rpartition(':')[2]}"
            assert "access keys: 2" in server.announcement
            assert glue_client(here).list_ml_transforms()["TransformIds"] == []
            with pytest.raises(ClientError, match="InvalidSignatureException"):
                glue_client(here, secret="wrong").list_ml_transforms()
            httpx.post(here, headers={"Authorization": f"AWS4-HMAC-SHA256 {SECRET}"})

            assert SECRET not in server.announcement + server.log()
            assert SECRET not in " ".join(psutil.Process(server.process.pid).cmdline())
            assert SECRET not in httpx.get(f"{here}/metrics").text
        for stored in (tmp_path / "store").rglob("*"):
            assert not stored.is_file() or SECRET.encode() not in stored.read_bytes()

    @pytest.mark.parametrize(
        ("variables", "words"),
        [
            ({"GLUEML_ACCESS_KEY_ID": KEY_ID}, "belong together"),
            ({"GLUEML_KEYS_FILE": "/nowhere/keys"}, "/nowhere/keys: No such file or directory."),
            ({"GLUEML_KEYS_FILE": "/dev/null"}, "holds no keys"),
        ],
    )
    def test_keys_that_cannot_be_read_are_named(self, variables, words):
        assert words in refusal(**variables)


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert f"127.0.0.1:{port}: Address already in use." in refusal("--port", port)


class TestStopping:
    def test_a_request_under_way_is_answered_first(self, tmp_path, stalling_s3):
        """It waits for an S3 that does not answer, until the S3 goes away."""
        with serve(tmp_path / "store", **stalling_s3.variables) as server:
            glue = server.client(retries={"total_max_attempts": 1})
            glue.create_database(DatabaseInput={"Name": "db"})
            glue.create_table(DatabaseName="db", TableInput=people_table("people"))
            transform_id = glue.create_ml_transform(**people_transform("people"))["TransformId"]
            answers = []

            def ask():
                try:
                    glue.start_import_labels_task_run(
                        TransformId=transform_id, InputS3Path="s3://bucket/labels.csv"
                    )
                except ClientError as error:
                    answers.append(error.response["Error"])

            asking = threading.Thread(target=ask)
            asking.start()
            stalling_s3.wait_for_a_request()
            stopping = threading.Timer(0.5, stalling_s3.close)
            stopping.start()

            server.stop()
            asking.join()

        assert answers[0]["Code"] == "InvalidInputException"
        assert answers[0]["Message"].startswith("Cannot access the label file at s3://bucket")
