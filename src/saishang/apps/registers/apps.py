"""Django's handle on the app."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """App `registers`."""

    name = "saishang.apps.registers"
    label = "registers"

    def ready(self) -> None:
        """Answer the lake's questions which points a register lists, and which of its stations owe hours since when."""
        import saishang.apps.registers.retention_job  # noqa: F401  declares its kind of job
        from saishang.apps.registers.queries import keys, stations
        from saishang.lake.registered import offer

        offer(keys, stations)
