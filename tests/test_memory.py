"""How much memory a process may have."""

import psutil

from glueml_core.memory import memory_mib
from glueml_core.settings import Settings

MIB = 1 << 20


def test_a_container_has_what_its_group_allows(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{512 * MIB}\n")

    assert memory_mib((tmp_path / "none", limit)) == 512


def test_without_a_limit_it_is_what_the_machine_has(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text("max\n")

    assert memory_mib((limit,)) == psutil.virtual_memory().total // MIB


def test_a_limit_beyond_the_machine_is_none(tmp_path):
    limit = tmp_path / "memory.limit_in_bytes"
    limit.write_text(f"{2**63 - 4096}\n")

    assert memory_mib((limit,)) == psutil.virtual_memory().total // MIB


def test_matching_may_take_half_of_it_unless_told(tmp_path, monkeypatch):
    assert Settings.of(tmp_path).matching_memory_mib == max(memory_mib() // 2, 6_144)
    monkeypatch.setenv("GLUEML_MATCHING_MEMORY_MIB", "2048")
    assert Settings.of(tmp_path).matching_memory_mib == 2048
