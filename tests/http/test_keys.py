"""Keys come from a file or the environment, and no message shows one."""

import pytest

from glueml_core.http.keys import KeysError, read_keys

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def keys_file(tmp_path):
    def write(text):
        path = tmp_path / "keys"
        path.write_text(text)
        return {"GLUEML_KEYS_FILE": str(path)}

    return write


def test_without_any_set_up_there_are_none():
    assert read_keys({}) == {}


def test_a_key_comes_from_the_environment_and_its_secret_is_taken_out():
    environment = {"GLUEML_ACCESS_KEY_ID": "AKID", "GLUEML_SECRET_ACCESS_KEY": SECRET}

    assert read_keys(environment) == {"AKID": SECRET}
    assert environment == {"GLUEML_ACCESS_KEY_ID": "AKID"}


def test_every_profile_of_an_aws_credentials_file_is_a_key(keys_file):
    environment = keys_file(
        f"""
        [default]
        aws_access_key_id = AKID1
        aws_secret_access_key = {SECRET}
        [nightly]
        aws_access_key_id = AKID2
        aws_secret_access_key = 100%%off
        region = eu-west-1
        """.replace("        ", "")
    )

    assert read_keys(environment) == {"AKID1": SECRET, "AKID2": "100%%off"}


@pytest.mark.parametrize("name", ["GLUEML_ACCESS_KEY_ID", "GLUEML_SECRET_ACCESS_KEY"])
def test_half_a_key_is_refused(name):
    with pytest.raises(KeysError, match="belong together") as refusal:
        read_keys({name: SECRET})

    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"aws_secret_access_key = {SECRET}",
        f"[default]\n{SECRET}",
        f"[default]\naws_secret_access_key = {SECRET}",
        f"[default]\naws_access_key_id =\naws_secret_access_key = {SECRET}",
    ],
)
def test_a_file_that_makes_no_sense_is_refused_without_showing_it(keys_file, text):
    with pytest.raises(KeysError) as refusal:
        read_keys(keys_file(text))

    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(KeysError, match=r"nowhere: No such file or directory\."):
        read_keys({"GLUEML_KEYS_FILE": str(tmp_path / "nowhere")})
