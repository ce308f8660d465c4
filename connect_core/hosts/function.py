"""What the three functions share: the worker's properties from the environment, the deadline as a clock, logs, metrics.

Variables: ``CONNECT_*`` are worker properties as Kafka Connect's images have them (``CONNECT_GROUP_ID`` is group.id;
``__`` stands for ``_``, ``___`` for ``-``); ``CONNECTLESS_*`` say what is not a worker's (template.yaml has all).
Nothing connects when this is imported: a snapshot or a frozen instance must not hold sockets.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from connect_core.aws import secret
from connect_core.errors import ConfigError
from connect_core.hosts.settings import WorkerSettings, check
from connect_core.java.properties import load
from connect_core.runtime.slice import SliceReport
from connect_core.telemetry import REGISTRY, SecretsFilter, context_text, emf

PREFIX = "CONNECT_"
NAMESPACE = "kafka.connect"
CLIENTS = ("producer.", "consumer.", "admin.")
SECURITY = ("security.", "sasl.", "ssl.")
MARGIN_S = 3.0
"""Before the deadline: no new work, so that the last commit is not cut off."""
TALKATIVE = ("boto3", "botocore", "urllib3", "connect_core.kafka.settings", "connect_core.kafka.librdkafka")
"""Loggers whose INFO lines would cost more than they tell in every cold start."""
_LOGIN = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}

type Fields = Callable[[str], Mapping[str, str]]
"""ARN of a secret -> its fields."""


def settings(env: Mapping[str, str], fields: Fields = secret.fields) -> WorkerSettings:
    """The worker that the functions of one stack are; ConfigError names the key that is missing or wrong."""
    found = properties(env)
    found |= login(found, kafka=env.get("CONNECTLESS_KAFKA_SECRET_ARN", ""), fields=fields)
    if arn := env.get("CONNECTLESS_CA_SECRET_ARN"):
        found |= {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": _field(fields(arn), "certificate", arn)}
    security = {key: value for key, value in found.items() if key.startswith(SECURITY)}
    # Connect wants them repeated for each kind of client; here one place says how the cluster is reached.
    repeated = {prefix + key: value for prefix in CLIENTS for key, value in security.items()}
    return check(repeated | found, standalone=False)


def properties(env: Mapping[str, str]) -> dict[str, str]:
    """Worker properties named in the environment; empty variables count as not set."""
    named = {key_of(name): value for name, value in env.items() if name.startswith(PREFIX) and value}
    return named | load(env.get("CONNECTLESS_WORKER_PROPERTIES", ""))


def key_of(name: str) -> str:
    """``CONNECT_CONFIG_STORAGE_TOPIC`` -> ``config.storage.topic``."""
    text = name.removeprefix(PREFIX).lower()
    return text.replace("___", "-").replace("__", "\0").replace("_", ".").replace("\0", "_")


def login(given: Mapping[str, str], *, kafka: str, fields: Fields) -> dict[str, str]:
    """Security keys out of the cluster's secret: user and password, or a client's certificate and key."""
    protocol = given.get("security.protocol", "PLAINTEXT").upper()
    mechanism = given.get("sasl.mechanism", "")
    if not kafka or protocol == "PLAINTEXT" or mechanism == "AWS_MSK_IAM":
        return {}
    held = fields(kafka)
    if protocol == "SSL":
        found = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": _field(held, "certificate", kafka),
            "ssl.keystore.key": _field(held, "privateKey", kafka),
        }
        return found | ({"ssl.key.password": word} if (word := held.get("privateKeyPassword")) else {})
    if mechanism not in _LOGIN:
        raise ConfigError.invalid("sasl.mechanism", mechanism or None, f"with a secret use one of {', '.join(_LOGIN)}")
    user, password = (_field(held, name, kafka) for name in ("username", "password"))
    return {
        "sasl.jaas.config": f'{_LOGIN[mechanism]} required username="{_quoted(user)}" password="{_quoted(password)}";'
    }


def _field(held: Mapping[str, str], name: str, arn: str) -> str:
    if name not in held:
        raise ConfigError(f"The secret {arn} has no field '{name}'; it has: {', '.join(sorted(held)) or 'none'}")
    return held[name]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def required(env: Mapping[str, str], name: str) -> str:
    """A variable that the template sets; ConfigError if it is missing."""
    if not env.get(name):
        raise ConfigError(f"The environment variable {name} is not set; template.yaml sets it for each function")
    return env[name]


class DeadlineClock:
    """runtime.ports.Clock of one invocation."""

    def __init__(self, context: Any) -> None:
        self._end: float = time.time() + context.get_remaining_time_in_millis() / 1000

    @property
    def deadline(self) -> float:
        """Epoch seconds at which Lambda ends the invocation."""
        return self._end

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, but not into the margin."""
        time.sleep(max(0.0, min(seconds, self._end - MARGIN_S - time.time())))

    def stopping(self) -> bool:
        """True when what is left is for the last commit."""
        return time.time() >= self._end - MARGIN_S


class LineFilter(SecretsFilter):
    """No secrets, and to which connector and task a line belongs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        super().filter(record)
        if place := context_text().strip():
            record.context = place
        return True


def _without_secrets(text: str) -> str:
    record = logging.makeLogRecord({"msg": text})
    SecretsFilter().filter(record)
    return record.getMessage()


def logger(env: Mapping[str, str] = os.environ) -> Any:
    """Powertools' logger, which from now on also writes what every other logger of the process says."""
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

    class Formatter(LambdaPowertoolsFormatter):
        def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
            return _without_secrets(super().formatException(ei))

    made = Logger(
        service=env.get("CONNECT_REST_ADVERTISED_HOST_NAME") or "connectless",
        level=env.get("CONNECTLESS_LOG_LEVEL") or "INFO",
        logger_formatter=Formatter(serialize_stacktrace=False),  # its own form of a trace is not ours to redact
    )
    for handler in made.handlers:
        handler.addFilter(LineFilter())
    root = logging.getLogger()
    root.handlers[:] = made.handlers
    root.setLevel(made.log_level)
    if root.level > logging.DEBUG:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    return made


def metrics(env: Mapping[str, str] = os.environ) -> Any:
    """Powertools' metrics: log lines that CloudWatch reads."""
    from aws_lambda_powertools import Metrics

    return Metrics(namespace=NAMESPACE, service=env.get("CONNECT_REST_ADVERTISED_HOST_NAME") or "connectless")


def traced[H: Callable[..., Any]](handler: H, env: Mapping[str, str] = os.environ) -> H:
    """The handler inside of an X-Ray segment where tracing is switched on; otherwise the handler, at no cost."""
    if env.get("CONNECTLESS_TRACING") != "Active":
        return handler
    from aws_lambda_powertools import Tracer

    # Answers hold connector configs: they are not for a trace (I6).
    wrapped: Any = Tracer(service="connectless").capture_lambda_handler(handler, capture_response=False)
    return cast("H", wrapped)


def publish(into: Any, report: SliceReport) -> None:
    """What one slice counted, by connector and task; the next one counts anew, for CloudWatch adds up by itself."""
    from aws_lambda_powertools.metrics import MetricUnit

    into.add_dimension(name="connector", value=report.connector)
    into.add_dimension(name="task", value=str(report.task))
    into.add_metric(name="slice-record-total", unit=MetricUnit.Count, value=report.records)
    for line in emf.render(REGISTRY.snapshot(), timestamp_ms=int(time.time() * 1000), namespace=NAMESPACE):
        sys.stdout.write(f"{line}\n")  # Lambda's log takes it from there
    REGISTRY.remove()
