"""Which path goes where. `/ws/` and Handsel's part of `/api/` never come here: see nginx.conf."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("handsel/", include("handsel.urls")),
    path("", include("market.urls")),
]
