"""The composition root's part for accounts. Imports stay inside the functions here too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import wiring

if TYPE_CHECKING:
    from chalicelib.core.identity.administration import Administration
    from chalicelib.core.identity.guesses import Guesses
    from chalicelib.core.identity.own_account import OwnAccount
    from chalicelib.core.identity.ports import Accounts, Passwords, Tokens, TryCounts
    from chalicelib.core.identity.registration import Registration
    from chalicelib.core.identity.sessions import Sessions
    from chalicelib.core.identity.sign_in import SignIn
    from chalicelib.core.identity.throttle import Throttle


@cache
def accounts() -> Accounts:
    from chalicelib.adapters.dynamodb.accounts import DynamoAccounts

    return DynamoAccounts(wiring.tables())


@cache
def passwords() -> Passwords:
    from chalicelib.adapters.security.passwords import Argon2Passwords

    return Argon2Passwords()


@cache
def tokens() -> Tokens:
    from chalicelib.adapters.security.tokens import JwtTokens

    return JwtTokens(wiring.keys("TOKEN_KEYS_ARN"), wiring.settings().access_token_seconds)


@cache
def tries() -> TryCounts:
    from chalicelib.adapters.dynamodb.tries import DynamoTryCounts

    return DynamoTryCounts(wiring.tables())


@cache
def throttle() -> Throttle:
    from chalicelib.core.identity.throttle import Throttle

    return Throttle(tries(), wiring.CLOCK)


@cache
def guesses() -> Guesses:
    from chalicelib.core.identity.guesses import Guesses

    return Guesses(tries(), throttle(), wiring.CLOCK)


@cache
def registration() -> Registration:
    from chalicelib.core.identity.registration import Registration

    is_open = wiring.settings().registration == "open"
    return Registration(accounts(), passwords(), wiring.CLOCK, guesses(), is_open)


@cache
def sessions() -> Sessions:
    from chalicelib.adapters.dynamodb.sessions import DynamoSessions
    from chalicelib.core.identity.sessions import Sessions

    return Sessions(DynamoSessions(wiring.tables()), wiring.log(), tokens(), wiring.CLOCK)


@cache
def sign_in() -> SignIn:
    from chalicelib.core.identity.sign_in import SignIn

    return SignIn(accounts(), passwords(), guesses(), sessions())


@cache
def own_account() -> OwnAccount:
    from chalicelib.core.identity.own_account import OwnAccount

    return OwnAccount(accounts(), wiring.log(), passwords(), throttle(), sessions(), wiring.CLOCK)


@cache
def administration() -> Administration:
    from chalicelib.adapters.dynamodb.audit import DynamoAudit
    from chalicelib.core.identity.administration import Administration

    trail = DynamoAudit(wiring.tables())
    return Administration(accounts(), wiring.log(), trail, sessions(), wiring.controls(), wiring.CLOCK)
