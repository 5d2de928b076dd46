import dagster as dg
import pytest
from botocore.exceptions import ClientError
from dagster_aws.s3 import S3Resource
from moto.server import ThreadedMotoServer

from glueml_dagster import (
    FindMatchesTransform,
    GlueMLResource,
    SourceTable,
    build_find_matches_assets,
)
from glueml_dagster.label_drops import list_label_files


@pytest.fixture
def transform() -> FindMatchesTransform:
    return FindMatchesTransform(
        name="people",
        source=SourceTable(database="crm", table="people"),
        primary_key="id",
        folder="s3://bucket/people",
    )


@pytest.fixture
def other_glue(monkeypatch):
    """A Glue that is not ours, over a socket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    yield f"http://{host}:{port}"
    server.stop()


class TestGlueMLResource:
    def test_answers_from_a_store_without_a_server(self, glueml):
        assert glueml.client().get_ml_transforms()["Transforms"] == []

    def test_speaks_to_an_endpoint_with_credentials_of_the_environment(self, other_glue):
        glue = GlueMLResource(endpoint_url=other_glue, region_name="us-east-1").client()

        glue.create_database(DatabaseInput={"Name": "crm"})

        assert glue.get_database(Name="crm")["Database"]["Name"] == "crm"

    def test_speaks_to_aws_where_boto3_is_told_to(self, other_glue, monkeypatch):
        """The variable stands for the Internet, which a test does not have."""
        monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", other_glue)
        glue = GlueMLResource(aws=True, region_name="us-east-1").client()

        with pytest.raises(ClientError, match="crm_of_nobody"):
            glue.get_database(Name="crm_of_nobody")

    def test_reaches_label_files_through_the_s3_resource_that_it_is_given(self, other_glue):
        s3 = S3Resource(
            endpoint_url=other_glue,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        client = GlueMLResource(store="/nowhere", s3=s3).s3_client()
        client.create_bucket(Bucket="labels")
        client.put_object(Bucket="labels", Key="a.csv", Body=b"x")

        (found,) = list_label_files("s3://labels", GlueMLResource(s3=s3).s3_client)

        assert found.uri == "s3://labels/a.csv"

    def test_takes_credentials_from_the_environment_when_it_is_used(self, other_glue, monkeypatch):
        monkeypatch.setenv("MY_KEY", "AKIDMINE")
        resource = GlueMLResource(
            endpoint_url=other_glue,
            region_name="us-east-1",
            aws_access_key_id=dg.EnvVar("MY_KEY"),
            aws_secret_access_key=dg.EnvVar("MY_KEY"),
        )

        with dg.build_resources({"glueml": resource}) as built:
            signed_by = built.glueml.client()._request_signer._credentials.access_key

        assert signed_by == "AKIDMINE"

    def test_is_in_one_place(self):
        with pytest.raises(ValueError, match="Give one of"):
            GlueMLResource(store="/tmp/store", aws=True)

    def test_keeps_a_store_out_of_reach_out_of_reach(self):
        with pytest.raises(ValueError, match="Only an embedded store"):
            GlueMLResource(aws=True).core()


def test_matches_say_that_aws_starts_no_such_job(transform, instance):
    result = dg.materialize(
        build_find_matches_assets(transform),
        instance=instance,
        selection=[dg.AssetKey(["glueml", "people", "matches"])],
        resources={"glueml": GlueMLResource(aws=True)},
        raise_on_error=False,
    )

    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    assert "AWS Glue starts no FIND_MATCHES" in failure.event_specific_data.error.message
