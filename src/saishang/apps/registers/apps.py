"""Django's handle on the app."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """App `registers`."""

    name = "saishang.apps.registers"
    label = "registers"

    def ready(self) -> None:
        """Answer the lake's question which points a register lists."""
        from saishang.apps.registers.queries import keys
        from saishang.lake.registered import offer

        offer(keys)
