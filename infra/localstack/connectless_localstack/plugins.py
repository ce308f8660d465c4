"""The entry points LocalStack loads; each imports what it needs only when LocalStack calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack.runtime import hooks
from localstack.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin
from localstack.services.lambda_ import hooks as lambda_hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

if TYPE_CHECKING:
    from connectless_localstack.custom_resource import CustomResourceProvider
    from connectless_localstack.executor import ProcessRuntimeExecutor
    from connectless_localstack.kafka_poller import KafkaPoller


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """Chosen by ``LAMBDA_RUNTIME_EXECUTOR=process``."""

    name = "process"

    def load(self, *_: object, **__: object) -> type[ProcessRuntimeExecutor]:
        """The executor class; LocalStack makes one object per execution environment."""
        from connectless_localstack.executor import ProcessRuntimeExecutor

        return ProcessRuntimeExecutor


class CustomResourcePlugin(CloudFormationResourceProviderPlugin):
    """``Custom::*`` in stacks."""

    name = "AWS::CloudFormation::CustomResource"

    def __init__(self) -> None:
        self.factory: type[CustomResourceProvider] | None = None

    def load(self) -> None:
        """Set ``factory``, which is what LocalStack calls."""
        from connectless_localstack.custom_resource import CustomResourceProvider

        self.factory = CustomResourceProvider


@hooks.on_infra_start(name="connectless_alias")  # type: ignore[untyped-decorator]
def repair_alias_replacement() -> None:
    """Make the second deployment of a template with published aliases work."""
    from connectless_localstack.alias_repair import install

    install()


@lambda_hooks.set_event_source_config_defaults(name="connectless_kafka")  # type: ignore[untyped-decorator]
def set_kafka_defaults(defaults: dict[str, Any], request: dict[str, Any], _service: str) -> None:
    """What AWS fills in for a Kafka mapping."""
    if _is_kafka(request):
        defaults.update(
            BatchSize=100,
            StartingPosition="TRIM_HORIZON",
            FunctionResponseTypes=[],
            LastProcessingResult="No records processed",
        )


@lambda_hooks.create_event_source_poller(name="connectless_kafka")  # type: ignore[untyped-decorator]
def create_kafka_poller(holder: Any, _service: str, mapping: dict[str, Any]) -> None:
    """Serve mappings of a self-managed Kafka; all others keep LocalStack's own pollers."""
    if not _is_kafka(mapping):
        return
    from connectless_localstack.kafka_poller import KafkaPoller

    def create(*, processor: Any, **_: Any) -> KafkaPoller:
        return KafkaPoller(mapping, processor)

    holder.create_poller_fn = create


def _is_kafka(mapping: dict[str, Any]) -> bool:
    return bool(mapping.get("SelfManagedEventSource"))
