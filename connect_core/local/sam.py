"""The SAM CLI in its own environment: build a template and deploy it, to the local AWS or to the one ``env`` points at.

Every call has a time limit and its lines go to a progress callback; a failure carries the end of what was printed. The
environment's own Python comes first on the path, because `sam build` wants an interpreter of the functions' version.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from connect_core.local.process import ServerError
from connect_core.local.venvs import Progress, environment, quiet

CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_TAIL = 60
# A profile or a foreign Python on the path would decide behind our back; pip's own settings must get through.
_NOT_INHERITED = ("AWS_", "PYTHON", "VIRTUAL_ENV", "SAM_CLI_")


def sam_cli(*, progress: Progress = quiet) -> Path:
    """The `sam` executable; its environment is made when it is not there yet."""
    return environment("sam-cli", progress=progress) / "bin" / "sam"


class Sam:
    """Calls of the SAM CLI against one account: ``env`` names endpoint, region and keys."""

    def __init__(self, *, env: Mapping[str, str], progress: Progress = quiet) -> None:
        self._progress = progress
        self._sam = sam_cli(progress=progress)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        self._env = inherited | {
            # Behind SAM's own programs ours: a build may use the tools of this environment (uv).
            "PATH": os.pathsep.join(
                (str(self._sam.parent), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
            ),
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            **env,
        }

    def validate(self, template: Path, *, timeout_s: float = 120) -> None:
        """Check a template offline, in both of SAM's ways: the translator knows keys, the linter values."""
        for way in ([], ["--lint"]):
            self._run(["validate", "--template-file", str(template), *way], timeout_s=timeout_s)

    def build(self, template: Path, *, into: Path, timeout_s: float = 600) -> Path:
        """Build all functions of the template below ``into``; the template to deploy. Unchanged ones are reused."""
        places = ["--build-dir", str(into / "build"), "--cached", "--cache-dir", str(into / "cache")]
        self._run(["build", "--template-file", str(template), *places], timeout_s=timeout_s)
        return into / "build" / "template.yaml"

    def deploy(
        self,
        built: Path,
        *,
        stack: str,
        parameters: Mapping[str, str] | None = None,
        bucket: str | None = None,
        timeout_s: float = 600,
    ) -> None:
        """Create or update the stack; no change is no error. Uploads go to ``bucket``, else to one SAM makes."""
        arguments = ["deploy", "--template-file", str(built), "--stack-name", stack]
        arguments += ["--s3-bucket", bucket, "--s3-prefix", stack] if bucket else ["--resolve-s3"]
        arguments += ["--capabilities", *CAPABILITIES, "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
        if parameters:
            arguments += ["--parameter-overrides", *(_override(*pair) for pair in parameters.items())]
        self._run(arguments, timeout_s=timeout_s)

    def delete(self, stack: str, *, timeout_s: float = 600) -> None:
        """Delete the stack and what was uploaded for it; waits half a minute even if it is gone at once."""
        self._run(["delete", "--stack-name", stack, "--no-prompts"], timeout_s=timeout_s)

    def _run(self, arguments: Sequence[str], *, timeout_s: float) -> None:
        # A samconfig.toml beside the template is for the user's own account, not for this one.
        command = [str(self._sam), *arguments, "--config-env", "connectless-local"]
        code, lines = run_with_limit(command, env=self._env, timeout_s=timeout_s, progress=self._progress)
        if code:
            shown = "\n".join(lines[-_TAIL:])
            why = f"did not end within {timeout_s:g} s" if code == -signal.SIGKILL else f"failed with exit code {code}"
            raise ServerError(f"`sam {arguments[0]}` {why}:\n{shown}")


def _override(key: str, value: str) -> str:
    """``Key="value"`` as `--parameter-overrides` reads it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{key}="{escaped}"'


def run_with_limit(
    command: Sequence[str], *, env: Mapping[str, str], timeout_s: float, progress: Progress = quiet
) -> tuple[int, list[str]]:
    """Run a command; its exit code (-9 when time was over) and what it printed, line by line also to ``progress``."""
    with subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # the time limit must end what the command started, too
    ) as process:
        assert process.stdout is not None
        limit = threading.Timer(timeout_s, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        lines = []
        try:
            for line in process.stdout:
                lines.append(line.rstrip())
                progress(lines[-1])
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            limit.cancel()
    return code, lines
