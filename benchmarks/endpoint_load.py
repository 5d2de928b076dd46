"""
Mixed requests from many clients at once: every answer checked, every latency kept.

    python -m benchmarks.endpoint_load --requests 10000 --clients 16 http://127.0.0.1:4568

starts nothing: point it to a running `glueml serve` whose quotas are above the number of clients.
Credentials are the ordinary ones of boto3's. Clients of boto3 need as much processor time as the
server: `--client lean` measures the server, `--client boto3` what a program with boto3 sees where
it has to share the server's cores.
"""

from __future__ import annotations

import argparse
import random
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks.lean_client import LeanClient
from benchmarks.watch import Watch

REGION = "us-east-1"
PROCESSES = 4
COLUMNS = ("id", "name", "city")
QUANTILES = (0.5, 0.95, 0.99, 1.0)


Send = Callable[[str, dict[str, Any]], Any]


@dataclass
class Tally:
    """Seconds by operation, wrong answers in words, refusals by operation and code."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in another client's."""
        for operation, seconds in other.seconds.items():
            self.seconds[operation] += seconds
        self.wrong += other.wrong
        self.errors += other.errors


class MixedClient:
    """
    One client with a transform of its own, who knows what every answer must be.

    Args:
        send: Takes an operation and its request, gives the answer; ClientError for a refusal.
        number: Seeds the choice of requests, and names the client's resources.
        run: Tells several runs on one store apart.
    """

    def __init__(self, send: Send, number: int, run: str) -> None:
        self._chance = random.Random(number)
        self._send = send
        self._name = f"load-{run}-{number}"
        self._database = f"load_{run}_{number}"
        self._expected: dict[str, Any] = {}
        self._tags: dict[str, str] = {}
        self.tally = Tally()

    def send(self, count: int) -> Tally:
        """Make a transform, then send `count` requests, one after the other."""
        self._set_up()
        mix: dict[Callable[[], None], int] = {
            self._get: 40,
            self._get_by_name: 10,
            self._list_by_name: 10,
            self._get_tags: 6,
            self._get_table: 6,
            self._get_task_runs: 6,
            self._update: 8,
            self._tag: 4,
            self._create_again: 2,
            self._replace: 2,
            self._ask_for_nothing: 3,
            self._start_too_early: 2,
            self._break_a_constraint: 1,
        }
        for act in self._chance.choices(list(mix), list(mix.values()), k=count):
            act()
        return self.tally

    def _set_up(self) -> None:
        self._call("CreateDatabase", DatabaseInput={"Name": self._database})
        columns = [{"Name": name, "Type": "string"} for name in COLUMNS]
        storage = {"Columns": columns, "Location": "s3://nowhere/"}
        table = {"Name": "people", "StorageDescriptor": storage}
        self._call("CreateTable", DatabaseName=self._database, TableInput=table)
        self._create()

    def _create(self) -> None:
        self._id = self._call("CreateMLTransform", **self._creation())["TransformId"]
        self._expected = {"Name": self._name, "Status": "NOT_READY", "LabelCount": 0}
        self._tags = {"client": self._name}

    def _creation(self) -> dict[str, Any]:
        return {
            "Name": self._name,
            "Role": "role",
            "InputRecordTables": [{"DatabaseName": self._database, "TableName": "people"}],
            "Parameters": {
                "TransformType": "FIND_MATCHES",
                "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
            },
            "Tags": {"client": self._name},
        }

    def _get(self) -> None:
        found = self._call("GetMLTransform", TransformId=self._id)
        self._check("GetMLTransform", {name: found.get(name) for name in self._expected})

    def _get_by_name(self) -> None:
        found = self._call("GetMLTransforms", Filter={"Name": self._name})["Transforms"]
        self._expect("GetMLTransforms", [one["TransformId"] for one in found], [self._id])

    def _list_by_name(self) -> None:
        found = self._call("ListMLTransforms", Filter={"Name": self._name}, MaxResults=1)
        self._expect("ListMLTransforms", found["TransformIds"], [self._id])

    def _get_tags(self) -> None:
        self._expect("GetTags", self._call("GetTags", ResourceArn=self._arn)["Tags"], self._tags)

    def _get_table(self) -> None:
        table = self._call("GetTable", DatabaseName=self._database, Name="people")["Table"]
        names = tuple(column["Name"] for column in table["StorageDescriptor"]["Columns"])
        self._expect("GetTable", names, COLUMNS)

    def _get_task_runs(self) -> None:
        found = self._call("GetMLTaskRuns", TransformId=self._id)["TaskRuns"]
        self._expect("GetMLTaskRuns", found, [])

    def _update(self) -> None:
        change = self._chance.choice(
            [
                {"Description": str(self._chance.random())},
                {"Timeout": self._chance.randint(1, 99)},
                {"MaxRetries": self._chance.randint(0, 9)},
            ]
        )
        self._call("UpdateMLTransform", TransformId=self._id, **change)
        self._expected |= change

    def _tag(self) -> None:
        tags = {f"key-{self._chance.randint(0, 9)}": str(self._chance.random())}
        self._call("TagResource", ResourceArn=self._arn, TagsToAdd=tags)
        self._tags |= tags

    def _create_again(self) -> None:
        if set(self._expected) != {"Name", "Status", "LabelCount"} or len(self._tags) > 1:
            self._expect_error("CreateMLTransform", _TAKEN, **self._creation() | {"Role": "b"})
            return
        again = self._call("CreateMLTransform", **self._creation())
        self._expect("CreateMLTransform", again["TransformId"], self._id)

    def _replace(self) -> None:
        self._call("DeleteMLTransform", TransformId=self._id)
        self._expect_error("GetMLTransform", _MISSING, TransformId=self._id)
        self._create()

    def _ask_for_nothing(self) -> None:
        self._expect_error("GetMLTransform", _MISSING, TransformId="tfm-nothing")

    def _start_too_early(self) -> None:
        self._expect_error("StartMLEvaluationTaskRun", _NOT_READY, TransformId=self._id)

    def _break_a_constraint(self) -> None:
        self._expect_error("ListMLTransforms", {"ValidationException"}, MaxResults=1001)

    @property
    def _arn(self) -> str:
        return f"arn:aws:glue:us-east-1::mlTransform/{self._id}"

    def _call(self, operation: str, **request: Any) -> Any:
        started = time.perf_counter()
        try:
            return self._send(operation, request)
        finally:
            self.tally.seconds[operation].append(time.perf_counter() - started)

    def _check(self, operation: str, got: dict[str, Any]) -> None:
        self._expect(operation, got, self._expected)

    def _expect(self, operation: str, got: object, wanted: object) -> None:
        if got != wanted:
            self.tally.wrong.append(f"{operation}: {got!r} instead of {wanted!r}")

    def _expect_error(self, operation: str, codes: set[str], **request: Any) -> None:
        try:
            self._call(operation, **request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            self.tally.errors[operation, code] += 1
            self._expect(operation, code in codes or code, True)
        else:
            self.tally.wrong.append(f"{operation}: an answer instead of {codes}")


_MISSING = {"EntityNotFoundException"}
_NOT_READY = {"MLTransformNotReadyException"}
_TAKEN = {"AlreadyExistsException", "IdempotentParameterMismatchException"}


def _boto3(session: boto3.Session, url: str) -> Send:
    # A failure shall be seen, not repeated until it passes.
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60)
    client = session.client("glue", endpoint_url=url, config=config)
    return lambda operation, request: getattr(client, xform_name(operation))(**request)


def _lean(session: boto3.Session, url: str) -> Send:
    keys = session.get_credentials()
    return LeanClient(url, keys.access_key, keys.secret_key, REGION)


_SENDERS = {"boto3": _boto3, "lean": _lean}


def load(url: str, requests: int, numbers: range, run: str, share: int, kind: str) -> Tally:
    """What the clients of `numbers` got for their `share` of the requests, side by side."""
    make = _SENDERS[kind]
    session = boto3.Session(region_name=REGION)
    clients = [MixedClient(make(session, url), number, run) for number in numbers]
    tally = Tally()
    with ThreadPoolExecutor(len(clients)) as pool:
        for one in pool.map(lambda client: client.send(requests // share), clients):
            tally.add(one)
    return tally


def resident_mb(url: str) -> float:
    """The server's memory, as it tells itself."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as page:
        for line in page.read().decode().splitlines():
            if line.startswith("process_resident_memory_bytes"):
                return float(line.split()[1]) / 2**20
    raise ValueError(f"{url}/metrics does not tell the server's memory.")


class ServerMemory(Watch):
    """The server's memory, looked at every second while this is entered."""

    def __init__(self, url: str) -> None:
        super().__init__(interval_s=1)
        self.seen_mb = [resident_mb(url)]
        self._url = url

    def look(self) -> None:
        """Ask the server once more."""
        self.seen_mb.append(resident_mb(self._url))

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.look()


def _report(tally: Tally, elapsed_s: float) -> Iterator[str]:
    total = sum(len(seconds) for seconds in tally.seconds.values())
    yield f"{total} requests in {elapsed_s:.1f} s: {total / elapsed_s:.0f} a second"
    yield f"{'':34}{'count':>7}" + "".join(f"{f'p{q * 100:g}':>9}" for q in QUANTILES) + "  ms"
    gets = [s for name, found in tally.seconds.items() if name.startswith("Get") for s in found]
    for name, seconds in [*sorted(tally.seconds.items()), ("every Get…", gets)]:
        ordered = sorted(seconds)
        picked = (ordered[min(len(ordered) - 1, int(q * len(ordered)))] for q in QUANTILES)
        yield f"{name:34}{len(ordered):>7}" + "".join(f"{1000 * s:>9.1f}" for s in picked)
    yield f"expected refusals: {dict(tally.errors)}"
    yield f"wrong answers: {len(tally.wrong)} {tally.wrong[:5]}"


def main() -> None:
    """Run the load that the command line asks for, and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--client", choices=_SENDERS, default="boto3")
    chosen = parser.parse_args()

    run = uuid4().hex[:8]
    groups = [range(n, chosen.clients, PROCESSES) for n in range(PROCESSES)]
    tally = Tally()
    started = time.perf_counter()
    with ServerMemory(chosen.url) as memory, ProcessPoolExecutor(PROCESSES) as pool:
        jobs = [
            pool.submit(
                load, chosen.url, chosen.requests, group, run, chosen.clients, chosen.client
            )
            for group in groups
            if group
        ]
        for job in jobs:
            tally.add(job.result())
        elapsed_s = time.perf_counter() - started

    for line in _report(tally, elapsed_s):
        print(line)
    print(f"server's memory, MiB: {' '.join(f'{mb:.0f}' for mb in memory.seen_mb)}")


if __name__ == "__main__":
    main()
