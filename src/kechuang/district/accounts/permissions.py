from kechuang.district.core.actor import YES, Actor, Verdict, no


def can_manage_people(actor: Actor) -> Verdict:
    return YES if actor.has("administrator") or actor.is_system else no("person.who_manages")


def can_keep_organisations(actor: Actor) -> Verdict:
    if actor.is_system or actor.has("officer", "administrator"):
        return YES
    return no("organisation.who_keeps")
