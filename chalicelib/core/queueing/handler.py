"""The functions that carry out requests, and how one is declared.

A declaration changes nothing but the function: it is marked with its `Handler`, and whoever loads the
function's module collects the marks into a `Registry` (registry.py).
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeAliasType, get_args, get_origin, get_type_hints

from chalicelib.core.queueing.application import Settings
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.policy import OnFailure, Policy
from chalicelib.core.queueing.retention import milliseconds_of
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Rate

type HandlerFunction = Callable[..., Any]
type Check = Callable[..., None]
type Upgrade = Callable[[Any], Any]

# What the API's calls take as a type, what may name a component of its OpenAPI document, and what a scope can
# name: a letter or a digit first, 64 characters at most.
TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MARK = "__gurukool_handlers__"  # the attribute of a function that holds its declarations
LONGEST_SHORT_TIMEOUT_S = 45.0  # with the longest quantum it must fit into the worker function's 60 seconds
LONGEST_TIMEOUT_S = 840.0  # it must fit into the 900 seconds that Lambda allows


@dataclass(frozen=True, slots=True)
class Handler:
    """What is declared about the requests of one type, and the function that carries them out."""

    type: str
    function: HandlerFunction
    payload_type: Any  # validates at enqueue
    result_type: Any
    timeout: float  # seconds one attempt may take
    policy: Policy
    wants: tuple[str, ...] = ()  # the parameters of the function beside the payload: request, effects
    check: Check | None = None  # refuses payloads that fit their type; raises InvalidInputError
    check_wants_settings: bool = False
    upgrade: Upgrade | None = None  # makes a payload that fits its type of a stored one that does not
    long: bool = False  # whether its requests are always for the long lane, whatever its time limit
    place: str = ""  # file and line of the declaration, for errors
    rate: "Rate | None" = None  # at which its requests begin, of each user for themselves; None: at once
    kept_ms: Millis | None = None  # how long its requests are kept after their outcome; None: as usual

    def __call__(self, payload: Any, request: HandlerRequest, effects: Any) -> Any:
        offered = {"request": request, "effects": effects}
        return self.function(payload, **{name: offered[name] for name in self.wants})

    @property
    def is_long(self) -> bool:
        """Whether its requests run in the long lane, where a heartbeat keeps an attempt alive."""
        return self.long or self.timeout > LONGEST_SHORT_TIMEOUT_S

    def refuse(self, payload: Any, settings: Settings) -> None:
        """Raises InvalidInputError if the handler's own check refuses the payload.

        `settings` are the application's.
        """
        if self.check:
            self.check(payload, **({"settings": settings} if self.check_wants_settings else {}))


def declarations(thing: object) -> tuple[Handler, ...]:
    """What `@handler` has declared about a function; nothing about anything else."""
    return getattr(thing, MARK, ()) if inspect.isroutine(thing) else ()


def handler[F: HandlerFunction](
    type_: str,
    *,
    timeout: float = 10.0,
    max_attempts: int = 3,
    on_failure: str = "skip",
    check: Check | None = None,
    upgrade: Upgrade | None = None,
    rate: str | None = None,
    retention: timedelta | str | None = None,
) -> Callable[[F], F]:
    """Declare the function that carries out requests of one type: `(payload[, request][, effects])`.

    The function is marked with its declaration and returned as it is. It is found by that mark if it is a
    name of its module when the module is loaded.

    The annotations are the contract: the payload is validated against its type when it is enqueued, and what
    the function returns is encoded as JSON. `timeout` is in seconds and bounds each attempt. An exception
    fails the attempt; after `max_attempts` the request has failed and the next one goes on (`skip`), or the
    queue stops until somebody decides (`halt`). After a crash it is started again; what it writes through
    `effects` is committed together with its outcome, so that happens exactly once.
    The function may be `async def`; one that yields has the list of what it yields as its result.
    `check(payload[, settings])` is called when a request is enqueued, with the payload and the settings of
    the application, and refuses the payload by raising InvalidInputError. It has no secrets.
    `upgrade(payload)` is called when the type refuses a payload that was accepted by an earlier release of
    the application: with the payload as JSON is decoded (dict, list, str, int, float, bool, None). The type
    checks what it returns. If it raises, or the type refuses that too, the queue is held.
    `rate` is how often its attempts may begin, for each user: "5/s", "600/min", "10/h". They are spaced
    evenly, and a request that must wait for the rate holds the line.
    `retention` says how long requests are kept after their outcome, in place of the deployment's parameter
    OutcomeRetentionHours: `timedelta(days=30)`, "30d" or "12h"; from an hour to 366 days.

    Raises TypeError or ValueError where the declaration is wrong.
    """
    _require_sound(type_, timeout, max_attempts, on_failure)
    if upgrade is not None and not callable(upgrade):
        raise TypeError(f"{type_}: upgrade must be a function of the payload, not {upgrade!r:.100}")
    policy = Policy(max_attempts=max_attempts, on_failure=OnFailure(on_failure))
    spacing = None if rate is None else _rate(type_, rate)
    kept_ms = None if retention is None else milliseconds_of(type_, retention)

    def declare(function: F) -> F:
        plain = _handler(type_, function, timeout, policy, check)
        declared = replace(plain, upgrade=upgrade, rate=spacing, kept_ms=kept_ms)
        try:
            setattr(function, MARK, (*declarations(function), declared))
        except AttributeError:
            raise TypeError(f"{type_}: a handler is a function of a module, not {function!r:.100}") from None
        return function

    return declare


def _require_sound(type_: str, timeout: float, max_attempts: int, on_failure: str) -> None:
    if not isinstance(type_, str) or not TYPE.fullmatch(type_):
        raise ValueError(
            f"{type_!r} cannot be a type: "
            "a type has 1 to 64 characters of A-Z a-z 0-9 . _ - and begins with a letter or digit"
        )
    if not 0 < timeout <= LONGEST_TIMEOUT_S:
        raise ValueError(f"{type_}: timeout must be more than 0 and at most {LONGEST_TIMEOUT_S:g} seconds")
    if not isinstance(max_attempts, int) or max_attempts < 1:
        raise ValueError(f"{type_}: max_attempts must be a whole number of at least 1")
    if on_failure not in list(OnFailure):
        raise ValueError(f"{type_}: on_failure must be one of {', '.join(OnFailure)}")


def _rate(type_: str, text: str) -> "Rate":
    """Raises ValueError."""
    from chalicelib.core.rates import Rate  # only handlers with a rate need it

    try:
        return Rate.parse(text)
    except ValueError as error:
        raise ValueError(f"{type_}: {error}") from None


def _handler(
    type_: str, function: HandlerFunction, timeout: float, policy: Policy, check: Check | None
) -> Handler:
    _require_plain(type_, function)
    hints = _annotations(type_, function)
    payload, *wants = inspect.signature(function).parameters or [""]
    if payload != "payload" or not set(wants) <= {"request", "effects"}:
        raise TypeError(f"{type_}: a handler takes payload, and request and effects if it needs them")
    if "payload" not in hints:
        raise TypeError(f"{type_}: the payload has no type annotation; use Any to accept every payload")
    types = hints["payload"], _result_type(function, hints.get("return", Any))
    wants_settings = _wants_settings(type_, check)
    place = place_of(function)
    return Handler(type_, function, *types, timeout, policy, tuple(wants), check, wants_settings, place=place)


def _annotations(type_: str, function: HandlerFunction) -> dict[str, Any]:
    """With what `Annotated` says of them: the limits of a payload stand there. Raises TypeError."""
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"{type_}: an annotation names {error.name}, which its module does not have when it is loaded: "
            "import it outside of `if TYPE_CHECKING`, or define it outside of a function"
        ) from None


def _wants_settings(type_: str, check: Check | None) -> bool:
    names = list(inspect.signature(check).parameters) if check else ["payload"]
    if len(names) != 1 and names[1:] != ["settings"]:
        raise TypeError(f"{type_}: a check takes the payload, and settings if it needs them")
    return len(names) > 1


def place_of(function: HandlerFunction) -> str:
    """File and line of a declaration, for errors."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}, line {code.co_firstlineno}" if code else repr(function)


def _require_plain(type_: str, function: HandlerFunction) -> None:
    """Raises TypeError for what cannot be called and completed: no function, or an async generator."""
    if not inspect.isroutine(function):
        raise TypeError(f"{type_}: a handler is a function, not {function!r:.100}")
    if inspect.isasyncgenfunction(function):
        raise TypeError(f"{type_}: a handler that is `async def` must return its result and not yield")


def _result_type(function: HandlerFunction, declared: Any) -> Any:
    """What is stored: of a generator, the list of what it yields."""
    if not inspect.isgeneratorfunction(function):
        return declared
    yielded = get_args(_bare(declared))
    return list[yielded[0]] if yielded else list[Any]  # type: ignore[valid-type]


def _bare(type_: Any) -> Any:
    """Without a name of its own, and without what `Annotated` says of it."""
    if isinstance(type_, TypeAliasType):
        return _bare(type_.__value__)
    return _bare(get_args(type_)[0]) if get_origin(type_) is Annotated else type_
