"""Run by “npm run clients”, which starts a Latchkey and gives tokens."""

import os
import unittest

import django
from django.conf import settings

LIVE, ENDED, KEY = (os.environ[f"LATCHKEY_{name}"] for name in ("LIVE", "ENDED", "KEY"))

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for this test",
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["rest_framework"],
    LATCHKEY={"URL": os.environ["LATCHKEY_URL"], "SERVICE_KEY": KEY},
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["latchkey.LatchkeyAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.test import override_settings  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

import latchkey  # noqa: E402
import latchkey_views  # noqa: E402


class Hello(APIView):
    def get(self, request):
        return Response({"user": str(request.user), "key": request.auth.token_key, "expiry": request.auth.expiry})


urlpatterns = [
    path("hello/", Hello.as_view()),
    path("login/", latchkey_views.LoginView.as_view()),
    path("logout/", latchkey_views.LogoutView.as_view()),
    path("logoutall/", latchkey_views.LogoutAllView.as_view()),
]


def ask(method, address, authorization=None, data=None):
    headers = {"HTTP_AUTHORIZATION": authorization} if authorization else {}
    return getattr(APIClient(), method)(address, data, format="json", **headers)


class Test(unittest.TestCase):
    def test_a_live_token_is_let_in(self):
        for scheme in ("Token", "Bearer", "bearer"):
            answer = ask("get", "/hello/", f"{scheme} {LIVE}")
            self.assertEqual((answer.status_code, answer.data["user"]), (200, os.environ["LATCHKEY_USERNAME"]))
            self.assertEqual(answer.data["key"], LIVE[:15])

    def test_others_are_refused_as_knox_does(self):
        for token in (ENDED, LIVE[:-1] + "~", KEY, "x"):
            answer = ask("get", "/hello/", f"Token {token}")
            self.assertEqual((answer.status_code, answer.data["detail"]), (401, "Invalid token."))
            self.assertEqual(answer["WWW-Authenticate"], "Token")
        self.assertEqual(ask("get", "/hello/").status_code, 401)

    def test_nobody_is_let_in_without_an_answer(self):
        for changed in ({"URL": os.environ["LATCHKEY_NOBODY"]}, {"SERVICE_KEY": KEY[:-1]}):
            latchkey.known.clear()
            with override_settings(LATCHKEY={**settings.LATCHKEY, **changed}):
                self.assertEqual(ask("get", "/hello/", f"Token {LIVE}").status_code, 503)

    def test_log_in_and_out_are_those_of_knox(self):
        email, password = os.environ["LATCHKEY_EMAIL"], os.environ["LATCHKEY_PASSWORD"]
        wrong = ask("post", "/login/", data={"email": email, "password": "Not the password 1"})
        self.assertEqual((wrong.status_code, list(wrong.data)), (401, ["detail"]))
        incomplete = ask("post", "/login/", data={"email": email})
        self.assertEqual((incomplete.status_code, list(incomplete.data)), (400, ["password"]))
        answer = ask("post", "/login/", data={"email": email, "password": password})
        self.assertEqual((answer.status_code, sorted(answer.data)), (200, ["expiry", "token", "user"]))
        authorization = f"Token {answer.data['token']}"
        self.assertEqual(ask("get", "/hello/", authorization).status_code, 200)
        self.assertEqual(ask("post", "/logout/", authorization).status_code, 204)
        self.assertEqual(ask("get", "/hello/", authorization).status_code, 401)
        again = ask("post", "/login/", data={"email": email, "password": password}).data["token"]
        self.assertEqual(ask("post", "/logoutall/", f"Token {again}").status_code, 204)
        self.assertEqual(ask("get", "/hello/", f"Token {again}").status_code, 401)


unittest.main()
