"""What the person who runs a server sees of it: health, metrics, logs."""

from __future__ import annotations

import json
import logging

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from glueml_core.http.logs import JsonLines
from glueml_core.http.metrics import Metrics
from tests.http.serving import KEY_ID, SECRET, glue_client


def samples(page):
    """Values by metric name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def fail():
    raise OperationalError("SELECT 1", {}, Exception("the database is gone"))


class TestHealth:
    def test_a_server_lives_and_is_ready(self, url):
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert httpx.get(f"{url}/readyz").json() == {"status": "ready"}

    def test_a_server_without_its_database_lives_and_is_not_ready(self, url, core):
        core.store.database.engine.dispose()
        database = core.settings.store / "glueml.db"
        for file in core.settings.store.glob("glueml.db*"):
            file.rename(f"{file}.away")
        database.mkdir()

        assert httpx.get(f"{url}/healthz").status_code == 200
        assert httpx.get(f"{url}/readyz").status_code == 503
        assert samples(httpx.get(f"{url}/metrics").text)["glueml_store_up",] == 0

        database.rmdir()
        for file in core.settings.store.glob("*.away"):
            file.rename(file.with_suffix(""))
        assert httpx.get(f"{url}/readyz").status_code == 200


class TestMetrics:
    def test_answers_are_counted_by_operation_and_error(self, url, glue):
        glue.list_ml_transforms()
        with pytest.raises(glue.exceptions.EntityNotFoundException):
            glue.get_ml_transform(TransformId="tfm-none")
        httpx.post(url, headers={"X-Amz-Target": "AWSGlue.Invented by a caller"})

        seen = samples(httpx.get(f"{url}/metrics").text)

        name = "glueml_requests_total"
        assert seen[name, "", "200", "ListMLTransforms"] == 1
        assert seen[name, "400", "EntityNotFoundException", "GetMLTransform"] == 1
        assert seen[name, "403", "MissingAuthenticationTokenException", "unknown"] == 1
        assert seen["glueml_request_duration_seconds_count", "GetMLTransform"] == 1

    def test_the_store_s_contents_are_shown_as_they_are(self, url, glue, transform_id, tmp_path):
        glue.start_ml_labeling_set_generation_task_run(
            TransformId=transform_id, OutputS3Path=f"file://{tmp_path}/sets"
        )

        seen = samples(httpx.get(f"{url}/metrics").text)

        assert seen["glueml_store_up",] == 1
        assert seen["glueml_transforms", "NOT_READY"] == 1
        assert seen["glueml_task_runs", "LABELING_SET_GENERATION", "STARTING"] == 1

    def test_a_store_that_does_not_answer_leaves_the_rest(self):
        metrics = Metrics(fail)
        metrics.count("GetMLTransform", 200, "", 0.01)

        seen = samples(metrics.page().decode())

        assert seen["glueml_store_up",] == 0
        assert seen["glueml_requests_total", "", "200", "GetMLTransform"] == 1


class TestLogs:
    @pytest.fixture
    def lines(self, caplog):
        caplog.set_level(logging.INFO, "glueml")
        caplog.handler.setFormatter(JsonLines())

        def read():
            return [json.loads(line) for line in caplog.text.splitlines()]

        return read

    def test_each_request_is_a_line_with_its_id(self, glue, lines):
        answer = glue.list_ml_transforms()

        [line] = [one for one in lines() if one["logger"] == "glueml.requests"]
        assert line["request_id"] == answer["ResponseMetadata"]["RequestId"]
        assert line["operation"] == "ListMLTransforms"
        assert line["status"] == 200
        assert line["access_key_id"] == KEY_ID
        assert line["duration_ms"] > 0

    def test_a_bug_of_ours_is_logged_with_the_id_that_the_caller_got(
        self, url, core, lines, monkeypatch
    ):
        monkeypatch.setattr(type(core.store.transforms), "get", lambda *_: 1 / 0)
        glue = glue_client(url, retries={"total_max_attempts": 1})

        with pytest.raises(glue.exceptions.InternalServiceException) as failure:
            glue.get_ml_transform(TransformId="tfm-1")

        [line] = [one for one in lines() if "traceback" in one]
        assert "ZeroDivisionError" in line["traceback"]
        assert line["request_id"] == failure.value.response["ResponseMetadata"]["RequestId"]
        assert "ZeroDivisionError" not in str(failure.value)

    def test_nothing_that_a_caller_writes_makes_a_line_of_its_own(self, url, lines):
        forged = 'AWSGlue.X", "level": "ERROR'
        httpx.post(url, headers={"X-Amz-Target": forged, "Authorization": "forged\tline"})

        [line] = [one for one in lines() if one["logger"] == "glueml.requests"]
        assert line["level"] == "INFO"
        assert line["operation"] == "unknown"

    def test_no_secret_is_in_any_line(self, url, glue, lines):
        glue.list_ml_transforms()
        httpx.post(url, headers={"Authorization": f"AWS4-HMAC-SHA256 {SECRET}"})

        assert SECRET not in json.dumps(lines())
