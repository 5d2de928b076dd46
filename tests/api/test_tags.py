"""Tags of transforms and databases."""

import pytest


def arn(transform_id, account="000000000000"):
    return f"arn:aws:glue:us-east-1:{account}:mlTransform/{transform_id}"


@pytest.mark.behavior(23)
@pytest.mark.parametrize("account", ["000000000000", ""])
def test_tags_are_added_overwritten_and_removed(glue, create, account):
    """Terraform without an STS endpoint leaves the account empty."""
    resource = arn(create(Tags={"key1": "value1"}), account)

    glue.tag_resource(ResourceArn=resource, TagsToAdd={"key1": "value1updated", "key2": ""})
    both = glue.get_tags(ResourceArn=resource)["Tags"]
    glue.untag_resource(ResourceArn=resource, TagsToRemove=["key1", "nothing"])

    assert both == {"key1": "value1updated", "key2": ""}
    assert glue.get_tags(ResourceArn=resource)["Tags"] == {"key2": ""}


@pytest.mark.behavior(23)
def test_transforms_are_listed_by_all_the_tags_they_carry(glue, create):
    one = create(Name="one", Tags={"team": "blue", "stage": "test"})
    two = create(Name="two", Tags={"team": "blue"})
    create(Name="three", Tags={"team": "red", "stage": "test"})

    def listed(**tags):
        return glue.list_ml_transforms(Tags=tags)["TransformIds"]

    assert listed(team="blue") == [one, two]
    assert listed(team="blue", stage="test") == [one]
    assert listed(team="test") == []


def test_a_resource_carries_fifty_tags_and_not_one_more(glue, create):
    resource = arn(create(Tags={f"key{n}": "" for n in range(50)}))
    glue.tag_resource(ResourceArn=resource, TagsToAdd={"key0": "changed"})

    with pytest.raises(glue.exceptions.InvalidInputException, match="more than 50 tags"):
        glue.tag_resource(ResourceArn=resource, TagsToAdd={"key50": ""})

    tags = glue.get_tags(ResourceArn=resource)["Tags"]
    assert len(tags) == 50
    assert tags["key0"] == "changed"


@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"AWS": "1"}, {"x": "aws"}])
def test_what_begins_with_aws_is_reserved(glue, create, tags):
    resource = arn(create())
    with pytest.raises(glue.exceptions.InvalidInputException, match="must not begin with aws"):
        glue.tag_resource(ResourceArn=resource, TagsToAdd=tags)


def test_tags_of_nothing_are_not_found(glue):
    for resource in (arn("tfm-1"), arn("x").replace("mlTransform", "job"), "arn:aws:glue:"):
        with pytest.raises(glue.exceptions.EntityNotFoundException):
            glue.get_tags(ResourceArn=resource)


def test_a_database_has_tags_too(glue):
    glue.create_database(DatabaseInput={"Name": "tagged"}, Tags={"team": "blue"})
    resource = "arn:aws:glue:us-east-1:000000000000:database/tagged"

    assert glue.get_tags(ResourceArn=resource)["Tags"] == {"team": "blue"}
    glue.delete_database(Name="tagged")
    glue.create_database(DatabaseInput={"Name": "tagged"})
    assert glue.get_tags(ResourceArn=resource)["Tags"] == {}
