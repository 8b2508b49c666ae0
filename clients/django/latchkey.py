"""Django REST framework with Latchkey's tokens. Copy this file into your project.

    LATCHKEY = {"URL": "https://accounts.example.org", "SERVICE_KEY": "lks_…"}
    REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["yourproject.latchkey.LatchkeyAuthentication"]}

The service key needs the right “introspect”. Requests and refusals are those of django-rest-knox, so that its clients need no
change; latchkey_views.py has views for log-in and log-out as they know them. An ended session is refused after 5 seconds at the latest. When Latchkey can't be asked, nobody is let in.
"""

import http.client
import json
import re
import threading
import time
import zlib
from datetime import datetime, timezone
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed

FRESH_SECONDS = 5
MAX_TOKENS = 10_000
TOKEN = re.compile(r"lkp?_[0-9A-Za-z]{56}")
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class LatchkeyUnavailable(APIException):
    status_code = 503
    default_detail = "Sign-in can't be checked right now. Try again in a moment."
    default_code = "unavailable"


class LatchkeyUser:
    """Who is asking. Override `LatchkeyAuthentication.get_user` if your project has users of its own."""

    is_authenticated = is_active = True
    is_anonymous = is_staff = is_superuser = False

    def __init__(self, session):
        self.id = self.pk = int(session["sub"])
        self.username = session["username"]

    def get_username(self):
        return self.username

    def __str__(self):
        return self.username


class LatchkeyToken:
    """`request.auth`, as knox has it."""

    def __init__(self, token, session, user):
        self.token = token
        self.token_key = token[:15]
        self.user = user
        self.expiry = datetime.fromtimestamp(session["exp"], timezone.utc)
        self.scopes = session.get("scope", "").split()


class LatchkeyAuthentication(BaseAuthentication):
    """Takes `Authorization: Token …` and `Authorization: Bearer …`."""

    def authenticate(self, request):
        scheme, _, rest = get_authorization_header(request).partition(b" ")
        if scheme.lower() not in (b"token", b"bearer"):
            return None
        token = rest.strip().decode("latin-1")
        session = verify(token)
        if session is None:
            raise AuthenticationFailed("Invalid token.")
        user = self.get_user(session)
        return user, LatchkeyToken(token, session, user)

    def authenticate_header(self, request):
        return "Token"

    def get_user(self, session):
        return LatchkeyUser(session)


known = {}
lock = threading.Lock()


def verify(token):
    """The session of a token (RFC 7662), or None if there is none. Raises LatchkeyUnavailable."""
    if not is_token(token):
        return None
    key = sha256(token.encode()).digest()
    asked_at = time.monotonic()
    found = known.get(key)
    if found and 0 <= asked_at - found[0] < FRESH_SECONDS:
        return found[1]
    status, answer = ask("POST", "/auth/introspect/", {"token": token}, secret=settings.LATCHKEY["SERVICE_KEY"])
    if status != 200 or time.monotonic() - asked_at >= FRESH_SECONDS:
        raise LatchkeyUnavailable()
    session = answer if answer.get("active") is True else None
    with lock:
        if len(known) >= MAX_TOKENS:
            known.clear()
        known[key] = (asked_at, session)
    return session


def is_token(text):
    """Whether form and checksum are those of a token, which needs no question."""
    if not TOKEN.fullmatch(text):
        return False
    rest = zlib.crc32(text[:-5].encode()) % 62**5
    digits = ""
    for _ in range(5):
        rest, digit = divmod(rest, 62)
        digits = ALPHABET[digit] + digits
    return text.endswith(digits)


def ask(method, path, body, secret=None):
    """Status and answer. Goes to Latchkey itself: through no proxy of the environment, and along no redirect."""
    url = urlsplit(settings.LATCHKEY["URL"])
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname, url.port, timeout=FRESH_SECONDS)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        connection.request(method, url.path.rstrip("/") + path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise LatchkeyUnavailable() from error
    finally:
        connection.close()
