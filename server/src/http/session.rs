//! Who is at the screen: set-up, sign-in, sign-out.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::session::{PasswordAgain, PasswordChange, Person, Session, Setup, SignIn};
use shared::staff::Act;

use super::audit;
use super::auth::{Caller, Credential, SignInError, SignedIn, Visitor, address_of, cookie};
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;

pub(super) async fn show(request: HttpRequest, state: web::Data<State>) -> Answer {
    let session = match Credential::of(request.headers()) {
        Some(credential) => state.people.caller(credential).await?.map(|caller| caller.person),
        None => None,
    };
    let session = match session {
        Some(person) => Session::SignedIn(person),
        None if state.people.setup_needed().await? => Session::SetupNeeded,
        None => Session::SignedOut { ready: state.people.ready().to_vec() },
    };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(session))
}

pub(super) async fn set_up(
    request: HttpRequest,
    state: web::Data<State>,
    Body(setup): Body<Setup>,
) -> Answer {
    let visitor = Visitor::of(&request);
    let entered = state.people.set_up(&setup.code, &setup.name, setup.password, &visitor).await;
    match entered {
        Ok(signed_in) => {
            let Person { staff, role, .. } = signed_in.person;
            let act = Act::StaffAdded { staff, role };
            audit::record(&state, staff, act, "with the set-up code").await?;
            Ok(welcome(&state, signed_in))
        }
        Err(SignInError::Refused) => Err(Trouble::forbidden(
            "wrong-code",
            "this is not the set-up code of this site, or it was used already",
        )),
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn sign_in(
    request: HttpRequest,
    state: web::Data<State>,
    Body(sign_in): Body<SignIn>,
) -> Answer {
    let visitor = Visitor::of(&request);
    let entered = state.people.sign_in(&sign_in.name, sign_in.password, &visitor).await;
    if matches!(entered, Err(SignInError::Refused)) {
        audit::refused(&state, &sign_in.name);
    }
    let signed_in = entered.map_err(refused)?;
    // A session that was open in this browser ends: nobody keeps the key of another's.
    if let Some(Credential::Session(_)) = Credential::of(request.headers())
        && let Some(credential) = Credential::of(request.headers())
        && let Some(caller) = state.people.caller(credential).await?
    {
        state.people.sign_out(&caller).await?;
    }
    Ok(welcome(&state, signed_in))
}

pub(super) async fn sign_out(state: web::Data<State>, caller: Caller) -> Answer {
    state.people.sign_out(&caller).await?;
    let gone = cookie::take_back(state.people.scheme());
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

pub(super) async fn change_password(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    Body(change): Body<PasswordChange>,
) -> Answer {
    if caller.session.is_none() {
        let title = "a token has no password; sign in as the person";
        return Err(Trouble::new(StatusCode::CONFLICT, "no-session", title));
    }
    let visitor = Visitor::of(&request);
    let right = state.people.confirm(&caller, change.old, visitor.address).await;
    right.map_err(not_the_password)?;
    let hash = state.people.new_password(&caller, change.new).await.map_err(refused)?;
    let staff = caller.person.staff;
    audit::record(&state, staff, Act::PasswordSet { staff }, "").await?;
    let signed_in = state.people.put_password(&caller, hash, &visitor).await.map_err(refused)?;
    Ok(welcome(&state, signed_in))
}

/// The password once more: for a few minutes weighty acts are open to this session.
pub(super) async fn confirm(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    Body(again): Body<PasswordAgain>,
) -> Answer {
    let Some(digest) = caller.session else {
        let title = "a token has no password; sign in as the person";
        return Err(Trouble::new(StatusCode::CONFLICT, "no-session", title));
    };
    let right = state.people.confirm(&caller, again.password, address_of(&request)).await;
    right.map_err(not_the_password)?;
    state.people.confirmed(digest).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Somebody who is signed in is told so in other words than somebody who is not.
fn not_the_password(error: SignInError) -> Trouble {
    match error {
        SignInError::Refused => {
            Trouble::forbidden("wrong-password", "the present password is not this one")
        }
        SignInError::Wait(_)
        | SignInError::TooWeak(_)
        | SignInError::BadName
        | SignInError::Fault(_) => refused(error),
    }
}

fn welcome(state: &State, signed_in: SignedIn) -> HttpResponse {
    let cookie = cookie::give(signed_in.secret, state.people.scheme());
    HttpResponse::Ok()
        .cookie(cookie)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(Session::SignedIn(signed_in.person))
}

fn refused(error: SignInError) -> Trouble {
    match error {
        SignInError::Refused => Trouble::new(
            StatusCode::UNAUTHORIZED,
            "wrong-name-or-password",
            "the name or the password is wrong",
        ),
        SignInError::Wait(wait) => Trouble::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-tries",
            "too many tries; wait a little before the next",
        )
        .detail((wait.millis() + 999) / 1_000),
        SignInError::TooWeak(why) => {
            Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "weak-password", why)
        }
        SignInError::BadName => Trouble::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-name",
            "a name has 1 to 64 characters",
        ),
        SignInError::Fault(trouble) => trouble,
    }
}
