from django.urls import path

from units.memberships import people_views, views

urlpatterns = [
    path("mandate/", views.mandate_choose, name="mandate-choose"),
    path("mandates/<int:pk>/end/", views.mandate_end, name="mandate-end"),
    path("people/", people_views.people_list, name="people-list"),
    path("people/invite/", people_views.person_invite, name="person-invite"),
    path("people/<int:pk>/", people_views.person_detail, name="person-detail"),
    path("people/<int:pk>/correct/", people_views.person_correct, name="person-correct"),
    path("people/<int:pk>/invite/", people_views.person_invite_again, name="person-invite-again"),
    path("people/<int:pk>/sheet/", people_views.person_sheet, name="person-sheet"),
    path("people/<int:pk>/deactivate/", people_views.person_deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", people_views.person_reactivate, name="person-reactivate"),
    path("people/<int:pk>/mandates/add/", views.mandate_add, name="mandate-add"),
]
