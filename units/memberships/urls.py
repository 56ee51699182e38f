from django.urls import path

from units.memberships.views import mandates, people

urlpatterns = [
    path("mandate/", mandates.mandate_choose, name="mandate-choose"),
    path("mandates/<int:pk>/end/", mandates.mandate_end, name="mandate-end"),
    path("people/", people.people_list, name="people-list"),
    path("people/invite/", people.person_invite, name="person-invite"),
    path("people/<int:pk>/", people.person_detail, name="person-detail"),
    path("people/<int:pk>/correct/", people.person_correct, name="person-correct"),
    path("people/<int:pk>/invite/", people.person_invite_again, name="person-invite-again"),
    path("people/<int:pk>/sheet/", people.person_sheet, name="person-sheet"),
    path("people/<int:pk>/deactivate/", people.person_deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", people.person_reactivate, name="person-reactivate"),
    path("people/<int:pk>/mandates/add/", mandates.mandate_add, name="mandate-add"),
]
