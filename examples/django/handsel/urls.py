"""The paths below `/handsel/`. The hook and the webhooks need not be reachable from outside."""

from django.urls import path

from . import views

app_name = "handsel"
urlpatterns = [
    path("token/", views.token, name="token"),
    path("hook/", views.hook, name="hook"),
    path("events/", views.webhook, name="events"),
]
