"""A small OpenID Connect provider, run as a process of its own: Authlib's server side on the standard library's server.

It signs identity tokens (RS256), asks for PKCE with S256 of every client, gives a code once, and knows the people that
it is told on the command line. Whoever asks `/authorize?…&login=NAME` is signed in as that person: the form on which
somebody would enter a password there is left out, nothing else.

Usage: python -m tests.oidc_provider PORT-FILE '{"client": {…}, "people": {NAME: CLAIMS}}'
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http on this machine, in tests alone

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, ClientMixin, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256", "kid": "test"}, private=True)
CODES: dict[str, Code] = {}
NONCES: set[str] = set()
SETTING: dict[str, Any] = {}


class Client(ClientMixin):
    """The one client that is registered."""

    def get_client_id(self) -> str:
        return str(SETTING["client"]["id"])

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in SETTING["client"]["back"]

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(client_secret == SETTING["client"]["secret"])

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") is (SETTING["client"]["secret"] == "")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code:
    """What is remembered of a code until it is taken."""

    def __init__(self, request: OAuth2Request) -> None:
        data = request.payload.data
        self.user, self.scope, self.redirect_uri = request.user, data["scope"], data["redirect_uri"]
        self.nonce = data.get("nonce")
        self.code_challenge, self.code_challenge_method = data["code_challenge"], data["code_challenge_method"]

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


class Grant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        CODES[code] = Code(request)
        NONCES.add(request.payload.data["nonce"])

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        for code in [code for code, kept in CODES.items() if kept is authorization_code]:
            del CODES[code]

    def authenticate_user(self, authorization_code: Code) -> Any:
        return authorization_code.user


class Identity(OpenIDCode):
    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return nonce in NONCES

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return KEY

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": SETTING["issuer"]}

    def get_jwt_config(self, grant: Any, client: Any = None) -> dict[str, Any]:
        return {"key": KEY.as_dict(private=True), "alg": "RS256", "iss": SETTING["issuer"], "exp": 300}

    def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
        return {key: value for key, value in user.items() if scope.split().count("email") or "email" not in key}


class Server(AuthorizationServer):
    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == SETTING["client"]["id"] else None

    def save_token(self, token: Any, request: OAuth2Request) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass


class Request(OAuth2Request):
    def __init__(self, method: str, uri: str, headers: dict[str, str], body: str) -> None:
        super().__init__(method, uri, headers=headers)
        self._query, self._form = dict(parse_qsl(urlsplit(uri).query)), dict(parse_qsl(body))
        self.payload = BasicOAuth2Payload(self._query | self._form)

    @property
    def args(self) -> dict[str, str]:
        return self._query

    @property
    def form(self) -> dict[str, str]:
        return self._form


SERVER = Server(scopes_supported=["openid", "profile", "email"])
SERVER.register_token_generator("default", BearerTokenGenerator(lambda *a, **k: secrets.token_urlsafe(24)))
SERVER.register_grant(Grant, [CodeChallenge(required=True), Identity(require_nonce=True)])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        where = urlsplit(self.path)
        issuer = SETTING["issuer"]
        if where.path == "/.well-known/openid-configuration":
            self._answer(200, {
                "issuer": SETTING.get("says", issuer), "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys",
                "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            })  # fmt: skip
        elif where.path == "/keys":
            self._answer(200, {"keys": [KEY.as_dict(private=False)]})
        elif where.path == "/authorize":
            request = self._request("")
            if "code_challenge" not in request.args or request.args.get("code_challenge_method") != "S256":
                self._answer(400, {"error": "invalid_request", "error_description": "PKCE with S256, please"})
                return
            person = SETTING["people"].get(request.args.get("login", ""))
            try:
                grant = SERVER.get_consent_grant(request, end_user=person)
            except OAuth2Error as error:
                self._answer(400, dict(error.get_body()))
                return
            self._send(*SERVER.create_authorization_response(request, grant_user=person, grant=grant))
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._send(*SERVER.create_token_response(self._request(body)))

    def _request(self, body: str) -> Request:
        return Request(self.command, f"{SETTING['issuer']}{self.path}", dict(self.headers.items()), body)

    def _send(self, status: int, body: Any, headers: Any) -> None:
        self._answer(status, body, headers)

    def _answer(self, status: int, body: Any, headers: Any = ()) -> None:
        text = json.dumps(body) if isinstance(body, dict) else str(body or "")
        self.send_response(status)
        given = dict(headers)
        given.setdefault("Content-Type", "application/json")
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        pass


def main() -> None:
    """Serve on a free port, whose address is written into the file."""
    port_file = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    SETTING.update(json.loads(sys.argv[2]), issuer=f"http://127.0.0.1:{server.server_address[1]}")
    waiting = port_file.with_suffix(".new")
    waiting.write_text(SETTING["issuer"])
    waiting.rename(port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
