"""A print shop with users and a database of its own. Gurukool runs the prints, each user's in order.

GURUKOOL_URL=http://localhost:3000 GURUKOOL_KEY=gk_… WEBHOOK_SECRET=whsec_… uvicorn backend:app --port 9000
"""

import logging
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from threading import Thread
from time import sleep
from typing import Annotated, Any

import httpx
from fastapi import Body, Depends, FastAPI, Header, HTTPException, Request
from standardwebhooks import Webhook, WebhookVerificationError

log = logging.getLogger("shop")
SHOP = os.environ.get("SHOP_URL", "http://127.0.0.1:9000")
GURUKOOL = os.environ["GURUKOOL_URL"]
gurukool = httpx.Client(headers={"Authorization": f"Bearer {os.environ['GURUKOOL_KEY']}"}, timeout=10)
webhook = Webhook(os.environ["WEBHOOK_SECRET"])
database = sqlite3.connect(os.environ.get("DATABASE", "shop.db"), check_same_thread=False, autocommit=True)
database.executescript("""
    CREATE TABLE IF NOT EXISTS users (name PRIMARY KEY, token UNIQUE);
    CREATE TABLE IF NOT EXISTS prints (id INTEGER PRIMARY KEY, user, pages, seq, status);
    CREATE TABLE IF NOT EXISTS notices (id PRIMARY KEY, user, text);
""")


def post(path: str, body: Any, **headers: str) -> Any:
    return gurukool.post(f"{GURUKOOL}/api/users/{path}", json=body, headers=headers).raise_for_status().json()


@contextmanager
def carrying_on(otherwise: str = "What has no number yet is handed over later") -> Iterator[None]:
    """Whatever goes wrong in the block ends nothing; it is logged with what happens otherwise."""
    try:
        yield
    except Exception:
        log.exception(otherwise)


def hand_over(user: str) -> None:
    """Enqueue the user's prints that have no number yet, in order: if one fails, the later ones wait.

    Repeated, even by two threads at once, each print gets the same number: the key is the same.
    """
    new = database.execute("SELECT id, pages FROM prints WHERE user = ? AND seq IS NULL ORDER BY id", [user])
    for id_, pages in new.fetchall():
        order = {"type": "print", "payload": {"pages": pages}, "callback": f"{SHOP}/outcomes"}
        accepted = post(f"{user}/queue/enqueue", order, **{"Idempotency-Key": f"print-{id_}"})
        database.execute("UPDATE prints SET seq = ? WHERE id = ?", [accepted["seq"], id_])


def hand_over_all() -> None:
    """What goes wrong with one user's prints does not hold up those of others."""
    for (user,) in database.execute("SELECT DISTINCT user FROM prints WHERE seq IS NULL").fetchall():
        with carrying_on():
            hand_over(user)


def keep_handing_over() -> None:
    while True:  # first what a process had stored when it was killed
        with carrying_on():
            hand_over_all()
        sleep(30)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    Thread(target=keep_handing_over, daemon=True).start()
    yield


app = FastAPI(lifespan=lifespan)


def signed_in(authorization: Annotated[str, Header()]) -> str:
    token = sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    for (name,) in database.execute("SELECT name FROM users WHERE token = ?", [token]):
        return str(name)
    raise HTTPException(401)


type User = Annotated[str, Depends(signed_in)]


@app.post("/users")
def sign_up(name: Annotated[str, Body(pattern="^[a-z]{1,20}$", embed=True)]) -> Any:
    token = secrets.token_urlsafe(32)
    try:
        database.execute("INSERT INTO users VALUES (?, ?)", [name, sha256(token.encode()).hexdigest()])
    except sqlite3.IntegrityError:
        raise HTTPException(409, "This name is taken.") from None
    return {"token": token}


@app.post("/prints", status_code=202)
def order_print(pages: Annotated[int, Body(ge=1, le=20, embed=True)], user: User) -> Any:
    """The order is accepted when it is stored, whatever Gurukool says then."""
    database.execute("INSERT INTO prints (user, pages) VALUES (?, ?)", [user, pages])
    with carrying_on():
        hand_over(user)
    with carrying_on("The order has no link to watch it"):
        token = post(f"{user}/tokens", {"scopes": ["read"], "ttl_seconds": 3600})["token"]
        return {"watch": f"{GURUKOOL}/#token={token}"}
    return {"watch": None}


@app.get("/prints")
def list_prints(user: User) -> Any:
    query = "SELECT seq, pages, status FROM prints WHERE user = ? ORDER BY id"
    return database.execute(query, [user]).fetchall()


@app.post("/outcomes")
async def take_outcome(request: Request) -> None:
    """Each outcome comes at least once, and each user's in order."""
    try:
        ended = webhook.verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        raise HTTPException(401) from None
    mine = [ended["status"], ended["user"], ended["seq"]]
    if not database.execute("UPDATE prints SET status = ? WHERE user = ? AND seq = ?", mine).rowcount:
        raise HTTPException(503)  # it came before its number was stored, and comes again
    notice = [request.headers["webhook-id"], ended["user"], f"Print {ended['seq']}: {ended['status']}"]
    database.execute("INSERT OR IGNORE INTO notices VALUES (?, ?, ?)", notice)
