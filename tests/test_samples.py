"""The sample people tell nobody who they are, except through the truth."""

import pandas as pd

from glueml_core.samples import KEY, answer, febrl_people


class TestFebrlPeople:
    def test_ids_say_nothing_about_who_is_a_copy_of_whom(self):
        """Ids in row order over shuffled rows: neighbours in id are strangers in truth."""
        people, truth = febrl_people(seed=1)

        entity = people[KEY].map(truth)
        assert people[KEY].is_unique
        assert entity.nunique() == 2000
        assert (entity == entity.shift()).mean() < 0.01

    def test_true_pairs_are_febrls(self):
        _, truth = febrl_people()

        size = pd.Series(truth).value_counts()
        assert (size * (size - 1) // 2).sum() == 6538

    def test_some_of_the_people_have_all_their_records(self):
        people, truth = febrl_people(persons=120)

        found = people[KEY].map(truth)
        assert found.nunique() == 120
        records = pd.Series(truth).value_counts()
        assert found.value_counts().to_dict() == records[found.unique()].to_dict()


class TestAnswer:
    def test_same_entity_same_letter_and_letters_start_anew_in_each_set(self):
        sets = pd.DataFrame(
            {"labeling_set_id": ["x", "x", "x", "y"], "label": "", "id": ["1", "2", "3", "4"]}
        )
        truth = {"1": "ann", "2": "bob", "3": "ann", "4": "bob"}

        assert answer(sets, truth, "id")["label"].tolist() == ["A", "B", "A", "A"]

    def test_a_set_of_thirty_strangers_runs_past_z(self):
        ids = [str(number) for number in range(30)]
        sets = pd.DataFrame({"labeling_set_id": "x", "label": "", "id": ids})

        labels = answer(sets, dict(zip(ids, ids, strict=True)), "id")["label"].tolist()
        assert labels[25:28] == ["Z", "AA", "AB"]
