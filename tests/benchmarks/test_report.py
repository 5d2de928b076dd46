from benchmarks.quality import Result
from benchmarks.report import write_report

ESTIMATE = {"clusters": {"f1": {"value": 0.9, "low": 0.85, "high": 0.95}}}


def result(dataset: str, seed: int = 1, f1: float = 0.9, f1_cross: float | None = None) -> Result:
    return Result(
        dataset=dataset,
        seed=seed,
        labels=300,
        f1=f1,
        f1_cross=f1_cross,
        f1_enforced=f1 + 0.01,
        f1_cross_enforced=None if f1_cross is None else f1_cross + 0.01,
        precision=0.9,
        recall=0.9,
        bcubed_f1=0.9,
        pair_completeness=0.97,
        pair_completeness_cross=None if f1_cross is None else 0.99,
        candidates_per_record=14.2,
        seconds=31.0,
        peak_memory_mib=700,
        estimated=ESTIMATE,
    )


def test_a_page_keeps_its_prose_and_gets_new_tables(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text("# Ours\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nThe end.\n")

    write_report([result("cora", f1=0.94), result("cora", seed=2, f1=0.96)], page)

    text = page.read_text()
    assert text.startswith("# Ours\n")
    assert text.endswith("The end.\n")
    assert "old" not in text
    assert "| cora | 0.940 | 0.950 | 0.930 | 0.950, 0.960 |" in text
    assert "1 of 2" in text


def test_a_set_whose_truth_spans_sources_is_judged_across_them(tmp_path):
    page = tmp_path / "benchmarks.md"

    write_report([result("dblp_scholar", f1=0.7, f1_cross=0.93)], page)

    assert (
        "| dblp_scholar (across sources) | 0.930 | 0.930 | 0.920 | 0.940, 0.940 |"
        in page.read_text()
    )
    assert "| dblp_scholar (across sources) | 0.990 | 14 |" in page.read_text()
