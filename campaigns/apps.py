from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        # Inline: models may be imported only once the app registry is ready.
        from campaigns.dashboards import registration as dashboards  # noqa: PLC0415 - app-registry
        from campaigns.indicators import registration as indicators  # noqa: PLC0415 - app-registry
        from campaigns.plans import registration as plans  # noqa: PLC0415 - app-registry
        from campaigns.programme import registration as programme  # noqa: PLC0415 - app-registry
        from campaigns.reminders import mail as reminders  # noqa: PLC0415 - app-registry

        programme.register()
        indicators.register()
        plans.register()
        dashboards.register()
        reminders.register()
