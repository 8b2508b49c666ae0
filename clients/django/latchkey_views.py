"""Log-in and log-out with Latchkey, with the requests and answers of django-rest-knox. Copy this file beside latchkey.py.

    urlpatterns = [
        path("login/", LoginView.as_view()),
        path("logout/", LogoutView.as_view()),
        path("logoutall/", LogoutAllView.as_view()),
    ]
"""

from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

try:
    from . import latchkey
except ImportError:
    import latchkey


class LoginView(APIView):
    """Takes `email` and `password`, and answers `expiry`, `token` and `user`."""

    authentication_classes = permission_classes = ()

    def post(self, request):
        data = request.data if isinstance(request.data, dict) else {}
        fields = {name: data.get(name, "") for name in ("email", "password")}
        status, answer = latchkey.ask("POST", "/auth/login/", fields)
        if status != 200:
            return refused(status, answer)
        user = {"id": answer["user"]["id"], "username": answer["user"]["username"]}
        return Response({"expiry": answer["expires_at"], "token": answer["token"], "user": user})


class LogoutView(APIView):
    authentication_classes = (latchkey.LatchkeyAuthentication,)
    permission_classes = (IsAuthenticated,)
    path = "/auth/logout/"

    def post(self, request):
        status, answer = latchkey.ask("POST", self.path, {}, secret=request.auth.token)
        latchkey.known.clear()
        return Response(status=204) if status in (200, 401) else refused(status, answer)


class LogoutAllView(LogoutView):
    path = "/auth/logout-all/"


def refused(status, problem):
    """A refusal of Latchkey's as Django REST framework writes it: a list of sentences for each field, or `detail`."""
    fields = {}
    for error in problem.get("errors", []):
        fields.setdefault(error["pointer"][2:] or "non_field_errors", []).append(error["detail"])
    return Response(fields or {"detail": problem.get("detail", "")}, status=status)
