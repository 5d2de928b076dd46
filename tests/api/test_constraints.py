"""Every constraint of Glue's model, in every operation that is served: generated from the model."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from glueml_core.api.operations import operations
from glueml_core.http.wire import answer

# A value that each pattern of the model refuses, and the least text that it takes.
REFUSED_TEXT = "\x01"
LEAST_TEXT = {
    "GlueVersionString": "0.9",
    "GlueResourceArn": "arn:aws:glue:",
    "SchemaVersionIdString": "00000000-0000-0000-0000-000000000000",
}
LEAST_NUMBER = {"integer": 0, "long": 0, "double": 0.5, "timestamp": 0, "boolean": False}


@dataclass(frozen=True)
class Case:
    operation: str
    path: str
    rule: str
    body: Any

    def __str__(self):
        return f"{self.operation}-{self.path}-{self.rule}"


def least(shape):
    """The smallest value that `shape` accepts."""
    limits = shape.metadata
    if shape.type_name == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [least(shape.member)] * limits.get("min", 0)
    if shape.type_name == "map":
        return {least(shape.key): least(shape.value)} if limits.get("min") else {}
    if shape.type_name == "string":
        if "enum" in limits:
            return limits["enum"][0]
        return LEAST_TEXT.get(shape.name, "x" * limits.get("min", 1))
    return max(LEAST_NUMBER[shape.type_name], limits.get("min", 0))


def broken(shape):
    """Each constraint of `shape` itself, as AWS words it, and a value that breaks it."""
    limits = shape.metadata
    if "enum" in limits:
        yield f"satisfy enum value set: [{', '.join(limits['enum'])}]", "NOPE"
    if "pattern" in limits:
        yield f"satisfy regular expression pattern: {limits['pattern']}", REFUSED_TEXT
    if shape.type_name in {"string", "list", "map"}:
        if limits.get("min"):
            yield f"have length greater than or equal to {limits['min']}", sized(shape, 0)
        if "max" in limits:
            too_long = sized(shape, limits["max"] + 1)
            yield f"have length less than or equal to {limits['max']}", too_long
    if shape.type_name in {"integer", "long", "double"}:
        if "min" in limits:
            yield f"have value greater than or equal to {limits['min']}", limits["min"] - 1
        if "max" in limits:
            yield f"have value less than or equal to {limits['max']}", limits["max"] + 1


def sized(shape, length):
    if shape.type_name == "string":
        return "x" * length
    if shape.type_name == "list":
        return [least(shape.member)] * length
    return {f"k{n}": least(shape.value) for n in range(length)}


def cases(operation, shape, path, wrap):
    """One request for each constraint of `shape` and of what is in it, all else being right."""
    for rule, value in broken(shape):
        yield Case(operation, path, rule, wrap(value))
    if shape.type_name == "structure" and not shape.is_document_type:
        base = least(shape)
        for name in shape.required_members:
            without = {key: value for key, value in base.items() if key != name}
            yield Case(operation, f"{path}.{lower(name)}", "not be null", wrap(without))
        for name, member in shape.members.items():
            inner = lambda value, name=name: wrap({**base, name: value})  # noqa: E731
            yield from cases(operation, member, f"{path}.{lower(name)}", inner)
    elif shape.type_name == "list":
        inner = lambda value: wrap([least(shape.member), value])  # noqa: E731
        yield from cases(operation, shape.member, f"{path}.2.member", inner)
    elif shape.type_name == "map":
        for rule, key in broken(shape.key):
            yield Case(operation, path, rule, wrap({key: least(shape.value)}))
        inner = lambda value: wrap({"key": value})  # noqa: E731
        yield from cases(operation, shape.value, f"{path}.key.member", inner)


def lower(name):
    return name[0].lower() + name[1:]


def cases_of(name):
    shape = operations()[name][0]._model.input_shape
    return list(cases(name, shape, "", lambda value: value))


@pytest.mark.behavior(4)
@pytest.mark.parametrize("name", sorted(operations()))
def test_every_constraint_of_the_model_is_enforced_and_told_in_awss_words(core, name):
    """boto3 checks neither maximums nor patterns nor enums, so the server must."""
    for case in cases_of(name):
        headers = {"X-Amz-Target": f"AWSGlue.{name}"}
        reply = answer(core, headers, json.dumps(case.body).encode())

        error = json.loads(reply.body)
        assert (reply.status, error["__type"]) == (400, "ValidationException"), case
        path = case.path.lstrip(".")
        assert f"at '{path}' failed to satisfy constraint: " in error["Message"], case
        assert case.rule in error["Message"], case


def test_the_cases_reach_every_kind_of_constraint():
    """The test above would also pass over an empty list."""
    found = {(case.path, case.rule) for case in cases_of("CreateMLTransform")}
    tradeoff = ".parameters.findMatchesParameters.precisionRecallTradeoff"
    assert found >= {
        (".role", "not be null"),
        (".parameters.transformType", "satisfy enum value set: [FIND_MATCHES]"),
        (tradeoff, "have value less than or equal to 1.0"),
        (".timeout", "have value greater than or equal to 1"),
        (".inputRecordTables", "have length less than or equal to 10"),
        (".inputRecordTables.2.member.databaseName", "not be null"),
        (".tags", "have length less than or equal to 50"),
        (".tags", "have length less than or equal to 128"),
        (".tags.key.member", "have length less than or equal to 256"),
    }


@pytest.mark.behavior(4)
def test_several_errors_are_counted_and_joined(glue):
    with pytest.raises(glue.exceptions.ValidationException) as refusal:
        glue.get_ml_transforms(MaxResults=1001, Filter={"TransformType": "NOPE", "Name": "é" * 255})
    assert refusal.value.response["Error"]["Message"] == (
        "2 validation errors detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 1000; Value 'NOPE' at 'filter.transformType' "
        "failed to satisfy constraint: Member must satisfy enum value set: [FIND_MATCHES]"
    )


@pytest.mark.behavior(4)
def test_a_name_of_256_characters_is_refused_in_awss_sentence(glue):
    name = "x" * 256
    with pytest.raises(glue.exceptions.ValidationException) as refusal:
        glue.get_ml_transform(TransformId=name)
    assert refusal.value.response["Error"]["Message"] == (
        f"1 validation error detected: Value '{name}' at 'transformId' failed to satisfy "
        "constraint: Member must have length less than or equal to 255"
    )


@pytest.mark.parametrize("text", ["é", "名前", "👩", "tab\there", "\ue000"])
def test_names_may_be_written_in_any_script(glue, create, text):
    assert glue.get_ml_transform(TransformId=create(Name=text))["Name"] == text


@pytest.mark.parametrize("text", ["new\nline", "form\x0cfeed", "\ufffe"])
def test_names_are_one_line_of_characters(glue, create, text):
    with pytest.raises(glue.exceptions.ValidationException, match="regular expression"):
        create(Name=text)


def test_transaction_ids_are_letters_digits_and_punctuation(glue):
    """The one pattern of the model in Unicode categories."""
    glue.get_tables(DatabaseName="db", TransactionId="tx-1_é9.")
    for text in ("with space", "a+b"):
        with pytest.raises(glue.exceptions.ValidationException, match="regular expression"):
            glue.get_tables(DatabaseName="db", TransactionId=text)
