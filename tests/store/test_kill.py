"""SIGKILL: what was acknowledged is there, what was not is there whole or not at all."""

import signal
import subprocess
import sys

import pytest

from glueml_core.store import Store
from tests.store.conftest import spec

# Imports sets of ten labels for ever, and tells of each one when it is done.
IMPORTER = """
import itertools, sys
from glueml_core.settings import Settings
from glueml_core.store import Label, LabelSource, Store

store = Store.open(Settings(store=sys.argv[1]))
for n in itertools.count():
    labels = [Label(str(n), f"{n}-{k}", "A", {"id": f"{n}-{k}"}) for k in range(10)]
    store.labels.append(sys.argv[2], labels, LabelSource(uri=str(n)))
    print(n, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 7, 20])
def test_a_killed_importer_loses_no_label_that_it_told_of(settings, acknowledged):
    store = Store.open(settings)
    transform_id = store.transforms.add(spec(), {}, 100).id
    importer = subprocess.Popen(
        [sys.executable, "-c", IMPORTER, str(settings.store), transform_id],
        stdout=subprocess.PIPE,
        text=True,
    )
    for _ in range(acknowledged):
        importer.stdout.readline()

    importer.send_signal(signal.SIGKILL)
    # It went on for a moment, so more may be there than had been read.
    told = acknowledged + len(importer.communicate()[0].splitlines())

    imports = store.labels.imports(transform_id)
    labels = store.labels.current(transform_id)
    assert told <= len(imports) <= told + 1
    assert len(labels) == 10 * len(imports) == store.transforms.get(transform_id).label_count
    store.close()
