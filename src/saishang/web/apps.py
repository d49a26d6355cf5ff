"""Django's handle on the front door (templates, tags, translations)."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The portal."""

    name = "saishang.web"
    label = "web"

    def ready(self) -> None:
        """Write down every sign-in and its end."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from saishang.web.sessions import signed_in, signed_out

        user_logged_in.connect(signed_in, dispatch_uid="saishang-signed-in")
        user_logged_out.connect(signed_out, dispatch_uid="saishang-signed-out")
