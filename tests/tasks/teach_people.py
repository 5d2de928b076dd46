"""Teach a transform of some people in the folder given, and print what features it brought."""

import sys
from pathlib import Path

from glueml_core.http.inprocess import core_of
from glueml_core.matching import Matcher
from tests.tasks.conftest import teach_people


def main(folder: Path) -> None:
    glue, transform_id = teach_people(folder)
    kept = core_of(glue).store.matchers.get(transform_id)
    assert kept is not None
    sys.stdout.write("\n".join(Matcher.from_json(kept.text).extension_features) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
