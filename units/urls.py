from units.memberships.urls import urlpatterns as memberships
from units.organization.urls import urlpatterns as organization
from units.people.urls import urlpatterns as people

app_name = "units"
urlpatterns = [*people, *memberships, *organization]
