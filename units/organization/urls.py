from django.urls import path

from units.organization import views

urlpatterns = [
    path("units/", views.unit_list, name="unit-list"),
    path("units/import/", views.unit_import, name="unit-import"),
    path("units/import/confirm/", views.unit_import_confirm, name="unit-import-confirm"),
    path("units/export/", views.unit_export, name="unit-export"),
    # Below its own word, so that no unit's code can collide with a page.
    path("units/unit/<slug:code>/", views.unit_detail, name="unit-detail"),
]
