"""`glueml serve`: the endpoint, for boto3, the AWS CLI and infrastructure tools."""

from __future__ import annotations

import os
from pathlib import Path

import click

__all__ = ["command"]


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4568,
    show_default=True,
    help="0: any free one.",
)
@click.option(
    "--stop-timeout",
    "stop_timeout_s",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="Seconds that requests under way have when the server is told to stop.",
)
@click.pass_context
def command(ctx: click.Context, host: str, port: int, stop_timeout_s: int) -> None:
    """
    Answer AWS Glue's ML transform API at an address of your own.

    \b
    Point any AWS client to it:
      boto3.client("glue", endpoint_url="http://127.0.0.1:4568")
      aws --endpoint-url http://127.0.0.1:4568 glue get-ml-transforms

    Without access keys it answers to this machine only. Keys come from the file that
    GLUEML_KEYS_FILE names (the form of ~/.aws/credentials), or from GLUEML_ACCESS_KEY_ID and
    GLUEML_SECRET_ACCESS_KEY. Task runs go on when the server stops, and a later start takes over
    those that did not.

    A browser finds pages at the same address: to label records, to see what was learned, and to put
    matches right.
    """  # noqa: D301
    from glueml_core.http import server
    from glueml_core.http.keys import KeysError, read_keys
    from glueml_core.http.logs import log_to_stderr

    try:
        secrets = read_keys(os.environ)
        listening = server.bind(host, port, secrets)
    except (KeysError, server.OpenDoorError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise click.ClickException(f"{host}:{port}: {reason}.") from error

    # These take a while to load; what is refused is refused at once.
    from glueml_core.api import Core
    from glueml_core.settings import WrongSettingError
    from glueml_core.web import build_site

    log_to_stderr()
    store: Path | None = ctx.find_root().obj
    try:
        app = build_site(Core.open(store), secrets)
    except WrongSettingError as error:
        raise click.ClickException(str(error)) from error
    address, port = listening.getsockname()[:2]
    click.echo(_announcement(address, port, len(secrets)))
    server.run(app, listening, stop_timeout_s)


def _announcement(address: str, port: int, keys: int) -> str:
    host = f"[{address}]" if ":" in address else address
    who = f"access keys: {keys}" if keys else "no access keys: for this machine only"
    return f"Listening on http://{host}:{port} ({who})"
