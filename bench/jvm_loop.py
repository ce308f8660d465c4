"""Java at its own speed, for benches beside ours: loops that run wholly inside a JVM which compiles with C2.

No compiler of Java is needed: ``LambdaMetafactory`` makes of any public method the very object that ``javac`` makes of
``value -> converter.fromConnectData(topic, schema, value)``, and ``ArrayList.forEach`` is the loop around it.

    java = JvmLoop()
    write = java.consumer(converter, "fromConnectData", java.text("t"), schema, takes="java.lang.Object")
    nanoseconds = java.nanoseconds(write, java.list(structs))
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from connect_core.local.jvm import jvm
from tests.parity.bridge import Bridge

OPTIONS = ("-Xrs", "-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
_STEADY = 8  # rounds in a row that were not faster by a fiftieth: C2 has done its work


class JvmLoop(Bridge):
    """A bridge to a JVM with all its compilers, and loops in it. One process has one JVM: start this one first."""

    def __init__(self, jars: Sequence[Path] = ()) -> None:
        super().__init__(jvm(jars=jars, options=OPTIONS))
        self._lookup = self.jpype.JClass("java.lang.invoke.MethodHandles").lookup()
        self._type = self.jpype.JClass("java.lang.invoke.MethodType").methodType
        self._factory = self.jpype.JClass("java.lang.invoke.LambdaMetafactory").metafactory
        self._consumer = self.jpype.JClass("java.util.function.Consumer")

    def list(self, elements: Iterable[Any]) -> Any:
        """An ArrayList."""
        return self.filled_list(elements)

    def consumer(self, receiver: Any, method: str, *bound: Any, takes: str, of: str = "") -> Any:
        """``value -> receiver.method(*bound, value)``; ``takes`` names the class of the last parameter.

        It is the first public method of that name whose parameters fit, of the interface ``of`` if it is named.
        """
        void = self.jpype.JClass("java.lang.Void").TYPE
        return self._lambda(self._consumer.class_, "accept", void, receiver, method, bound, takes, of)

    def function(self, receiver: Any, method: str, *bound: Any, takes: str) -> Any:
        """As ``consumer``, with a result: a ``java.util.function.Function``, which ``andThen`` composes."""
        function, anything = self._class("java.util.function.Function"), self._class("java.lang.Object")
        return self._lambda(function, "apply", anything, receiver, method, bound, takes, "")

    def _lambda(
        self, interface: Any, single: str, gives: Any, receiver: Any, method: str, bound: Sequence[Any], takes: str,
        of: str,
    ) -> Any:  # fmt: skip
        owner, wanted = self._class(of) if of else receiver.getClass(), self._class(takes)
        found = self._method(owner, method, bound, wanted)
        captured = self.jpype.JArray(self.jpype.JClass("java.lang.Class"))(
            [owner, *list(found.getParameterTypes())[:-1]]
        )
        site = self._factory(
            self._lookup,
            single,
            self._type(interface, captured),
            self._type(gives, self._class("java.lang.Object")),
            self._lookup.unreflect(found),
            self._type(gives, wanted),
        )
        return site.getTarget().invokeWithArguments(self.list([receiver, *bound]))

    def _class(self, name: str) -> Any:
        return self.jpype.JArray(self.jpype.JByte).class_ if name == "byte[]" else self.jpype.JClass(name).class_

    @staticmethod
    def _method(owner: Any, name: str, bound: Sequence[Any], last: Any) -> Any:
        for found in owner.getMethods():
            parameters = list(found.getParameterTypes())
            if str(found.getName()) != name or found.isBridge() or len(parameters) != len(bound) + 1:
                continue
            fits = all(one is None or kind.isInstance(one) for kind, one in zip(parameters, bound, strict=False))
            if fits and parameters[-1].isAssignableFrom(last):
                return found
        raise LookupError(f"{owner.getName()} has no method {name} for these arguments")

    def warm(self, consumer: Any, inputs: Any, *, seconds: float = 20) -> None:
        """Run the loop until it does not get faster any more, at most so long."""
        end = time.monotonic() + seconds
        best, steady = float("inf"), 0
        while time.monotonic() < end and steady < _STEADY:
            spent = self._round(consumer, inputs, 2e8)
            steady = 0 if spent < 0.98 * best else steady + 1
            best = min(best, spent)

    def nanoseconds(self, consumer: Any, inputs: Any, *, rounds: int = 10) -> float:
        """CPU time of one call, collector included, in the best of some rounds; warms up first."""
        self.warm(consumer, inputs)
        return min(self._round(consumer, inputs, 2e8) for _ in range(rounds))

    @staticmethod
    def _round(consumer: Any, inputs: Any, least: float) -> float:
        """CPU nanoseconds per call of as many loops as take about ``least`` nanoseconds."""
        size, calls = int(inputs.size()), 0
        gc.collect(0)
        start = time.process_time_ns()
        while (spent := time.process_time_ns() - start) < least:
            inputs.forEach(consumer)
            calls += size
        return spent / calls
