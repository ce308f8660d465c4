"""CloudFormation's AWS::Lambda::Alias, repaired for a second deployment.

A new function version changes the alias's ``FunctionVersion``. LocalStack 4.14 cannot update an alias, so it replaces
it: it creates the new one under the same name, which the Lambda API refuses, then rolls back, which deletes the alias.
Here creating becomes "create or move", and the clean-up after a replacement leaves an alias alone that has moved on.
"""

from __future__ import annotations

from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent
from localstack.services.lambda_.resource_providers.lambda_alias import REPEATED_INVOCATION, LambdaAliasProvider

_create = LambdaAliasProvider.create
_delete = LambdaAliasProvider.delete


def install() -> None:
    """Put the repaired operations in place of LocalStack's."""
    LambdaAliasProvider.create = create_or_move  # type: ignore[method-assign]  # this is the repair
    LambdaAliasProvider.delete = delete_unless_moved  # type: ignore[method-assign]


def create_or_move(self: LambdaAliasProvider, request: Any) -> Any:
    """First call: move an alias that exists; the original does the rest (new aliases, provisioned concurrency)."""
    existing = _alias(request)
    if existing is not None and not request.custom_context.get(REPEATED_INVOCATION):
        wanted = request.desired_state
        changes = {key: wanted[key] for key in ("Description", "RoutingConfig") if wanted.get(key)}
        request.aws_client_factory.lambda_.update_alias(
            FunctionName=wanted["FunctionName"],
            Name=wanted["Name"],
            FunctionVersion=wanted["FunctionVersion"],
            **changes,
        )
        wanted["Id"] = existing["AliasArn"]
        request.custom_context[REPEATED_INVOCATION] = True
    return _create(self, request)


def delete_unless_moved(self: LambdaAliasProvider, request: Any) -> Any:
    """The old half of a replacement names a version at which the alias no longer points: nothing to delete then."""
    existing = _alias(request)
    if existing is not None and existing["FunctionVersion"] != request.desired_state["FunctionVersion"]:
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=request.previous_state)
    return _delete(self, request)


def _alias(request: Any) -> dict[str, Any] | None:
    wanted, lambda_ = request.desired_state, request.aws_client_factory.lambda_
    try:
        return dict(lambda_.get_alias(FunctionName=wanted["FunctionName"], Name=wanted["Name"]))
    except lambda_.exceptions.ResourceNotFoundException:
        return None
