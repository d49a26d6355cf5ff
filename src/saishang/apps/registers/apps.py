"""Django's handle on the app."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """App `registers`."""

    name = "saishang.apps.registers"
    label = "registers"

    def ready(self) -> None:
        """Answer the lake's questions which points a register lists, and which of its stations owe hours since when.

        The jobs that keep the sums, hide what is past its years and migrate registers are declared here, too.
        """
        from saishang.apps.registers import migration_jobs, retention_job, upkeep  # noqa: F401
        from saishang.apps.registers.queries import keys, stations
        from saishang.lake.registered import offer

        offer(keys, stations)
