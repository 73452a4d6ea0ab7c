"""The site's own pages."""

from django.urls import path

from . import views

app_name = "market"
urlpatterns = [
    path("", views.front, name="front"),
    path("messages/", views.messages, name="messages"),
    path("hours/", views.hours, name="hours"),
    path("<str:kind>s/new/", views.edit, name="new"),
    path("<str:kind>s/<int:number>/", views.listing, name="listing"),
    path("<str:kind>s/<int:number>/edit/", views.edit, name="edit"),
]
