"""The standard AWS environment selects the endpoint, region and credentials of a command."""

from pathlib import Path

import pytest

from infra.cli.account import LOCAL, connect

EMULATOR = "https://emulator.example"


@pytest.mark.parametrize(
    ("variables", "endpoint", "region", "key"),
    [
        ({}, LOCAL, "eu-west-1", "local"),
        ({"AWS_REGION": "us-east-1"}, LOCAL, "eu-west-1", "local"),
        ({"AWS_ENDPOINT_URL": "http://localhost:3001"}, "http://localhost:3001", "eu-west-1", "local"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_REGION": "us-east-1"},
            "http://127.0.0.1:4566",
            "us-east-1",
            "local",
        ),
        (
            {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1"},
            None,
            "us-east-1",
            "k",
        ),
        (
            {"AWS_ENDPOINT_URL": EMULATOR, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"},
            EMULATOR,
            None,
            "k",
        ),
        ({"AWS_PROFILE": "shop"}, None, "eu-north-1", "p"),
    ],
)
def test_the_environment_selects_the_account_and_the_default_is_the_local_run(
    bare: pytest.MonkeyPatch,
    tmp_path: Path,
    variables: dict[str, str],
    endpoint: str | None,
    region: str | None,
    key: str,
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile shop]\nregion = eu-north-1\naws_access_key_id = p\naws_secret_access_key = s\n"
    )
    bare.setenv("AWS_CONFIG_FILE", str(config))
    bare.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name, value in variables.items():
        bare.setenv(name, value)
    session, selected_endpoint = connect()
    assert selected_endpoint == endpoint
    assert session.region_name == region
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == key
