"""The pages. Conversations in them are between the browser and Handsel; the site gives their names and a token."""

from django.contrib.auth.decorators import login_required
from django.forms import modelform_factory
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from . import ledger
from .models import Agreement, Need, Offer

FIELDS = ["title", "description", "hours", "is_open"]
KINDS = {"offer": Offer, "need": Need}


def model_of(kind):
    try:
        return KINDS[kind]
    except KeyError:
        raise Http404 from None


@require_safe
def front(request):
    """What is offered and needed."""
    listings = {kind: model.objects.filter(is_open=True).select_related("owner")[:50] for kind, model in KINDS.items()}
    return render(request, "market/front.html", {"offers": listings["offer"], "needs": listings["need"]})


@require_safe
def listing(request, kind, number):
    """One of them, with what one says about it."""
    row = get_object_or_404(model_of(kind).objects.select_related("owner"), pk=number)
    about = {"listing": row.name, "hours": float(row.hours), "owner_id": row.owner_id}
    if request.user.is_authenticated:
        # A respondent has one conversation; an owner has one with each who has written, and chooses.
        peer = request.GET.get("with", "") if row.owner_id == request.user.pk else str(request.user.pk)
        about["conversation"] = f"{row.name}:{peer}" if peer.isdecimal() else row.name
    return render(request, "market/listing.html", {"row": row, "about": about})


@login_required
def edit(request, kind, number=None):
    """A new one, or one's own changed."""
    model = model_of(kind)
    row = get_object_or_404(model, pk=number, owner=request.user) if number else model(owner=request.user)
    form = modelform_factory(model, fields=FIELDS)(request.POST or None, instance=row)
    if form.is_valid():
        return redirect(form.save())
    return render(request, "market/edit.html", {"form": form, "kind": kind})


@require_safe
@login_required
def messages(request):
    """All conversations, by Handsel's own components."""
    return render(request, "market/messages.html")


@require_safe
@login_required
def hours(request):
    """One's account."""
    mine = Agreement.objects.select_related("giver", "taker").order_by("-pk")
    context = {
        "available": ledger.written(ledger.available(request.user)),
        "held": ledger.written(ledger.held(request.user)),
        "given": mine.filter(giver=request.user)[:50],
        "taken": mine.filter(taker=request.user)[:50],
    }
    return render(request, "market/hours.html", context)
