"""What the door says: logging in, an invitation, a provider, and why somebody does not come in."""

from __future__ import annotations

ENTRY: dict[str, dict[str, str]] = {
    "es": {
        "entry.title": "Entrar",
        "entry.name": "Nombre o correo",
        "entry.password": "Contraseña",
        "entry.enter": "Entrar",
        "entry.or": "o",
        "entry.with": "Entrar con {provider}",
        "entry.forgot": "He olvidado mi contraseña",
        "entry.forgot_why": "Pide una invitación nueva a quien administra la casa: con ella eliges otra contraseña.",
        "entry.both": "Escribe tu nombre y tu contraseña.",
        "entry.wrong": "El nombre o la contraseña no son correctos.",
        "entry.too_soon": "Demasiados intentos. Prueba otra vez dentro de {length}.",
        "entry.no_passwords": "Aquí no se entra con contraseña.",
        "entry.logged_out": "Has salido.",
        "entry.oidc_stale": "Has tardado demasiado o la página se abrió en otro navegador. Empieza de nuevo.",
        "entry.oidc_denied": "{provider} no te ha dejado entrar.",
        "entry.oidc_unproven": (
            "La respuesta no demuestra quién eres. Empieza de nuevo; si se repite, avisa a quien administra la casa."
        ),
        "entry.oidc_unknown": (
            "{provider} te conoce, pero aquí nadie tiene tu dirección. Pide a quien administra la casa que la apunte."
        ),
        "entry.oidc_unverified": "{provider} no ha comprobado tu dirección de correo, y sin eso no vale.",
        "entry.oidc_taken": "Tu dirección ya pertenece a otra cuenta de {provider}. Avisa a quien administra la casa.",
        "entry.oidc_away": "Ahora no se puede entrar por ahí. Inténtalo de nuevo dentro de un momento.",
        "entry.welcome": "Hola, {name}",
        "entry.welcome_why": "Elige una contraseña para entrar en el escritorio. Esta página vale una sola vez.",
        "entry.welcome_other": "En este navegador ha entrado {name}. Si sigues, su sesión termina aquí.",
        "entry.welcome_provider": "Aquí no hacen falta contraseñas: entra con tu cuenta de {provider}.",
        "entry.welcome_done": "Todo listo. La próxima vez entra con tu nombre y tu contraseña.",
        "entry.your_name": "Tu nombre para entrar",
        "entry.new_password": "Contraseña nueva",
        "entry.again": "Otra vez",
        "entry.begin": "Guardar y entrar",
        "entry.password_hint": "Al menos {least} caracteres. Varias palabras sin relación se recuerdan bien y valen mucho.",
        "entry.password_short": "Es demasiado corta: necesita al menos {least} caracteres.",
        "entry.password_long": "Es demasiado larga: como mucho 256 caracteres.",
        "entry.password_common": "Es una de las contraseñas más usadas del mundo: se prueban las primeras. Elige otra.",
        "entry.password_plain": "Son siempre los mismos caracteres. Elige otra.",
        "entry.password_name": "Se parece demasiado a tu nombre o al de la casa. Elige otra.",
        "entry.password_again": "Las dos no son iguales.",
        "entry.invitation_unknown": "Esta invitación no existe",
        "entry.invitation_unknown_why": "Quizá el enlace llegó cortado. Cópialo entero o pide otro.",
        "entry.invitation_used": "Esta invitación ya se ha usado",
        "entry.invitation_used_why": (
            "Entra con la contraseña que elegiste. Si no fuiste tú, avisa enseguida a quien administra la casa."
        ),
        "entry.invitation_expired": "Esta invitación ha caducado",
        "entry.invitation_expired_why": "Valen 48 horas, y una nueva anula la anterior. Pide otra a quien administra la casa.",
        "entry.invitation_left": "Esta invitación ya no vale",
        "entry.invitation_left_why": "Era para alguien que ya no trabaja aquí.",
        "entry.to_login": "Ir a la entrada",
    },
    "en": {
        "entry.title": "Log in",
        "entry.name": "Name or e-mail",
        "entry.password": "Password",
        "entry.enter": "Log in",
        "entry.or": "or",
        "entry.with": "Log in with {provider}",
        "entry.forgot": "I have forgotten my password",
        "entry.forgot_why": "Ask whoever runs the house for a new invitation: it lets you choose another password.",
        "entry.both": "Type your name and your password.",
        "entry.wrong": "The name or the password is not right.",
        "entry.too_soon": "Too many attempts. Try again in {length}.",
        "entry.no_passwords": "Nobody comes in here by a password.",
        "entry.logged_out": "You have logged out.",
        "entry.oidc_stale": "That took too long, or the page was opened in another browser. Begin again.",
        "entry.oidc_denied": "{provider} did not let you in.",
        "entry.oidc_unproven": (
            "The answer does not prove who you are. Begin again; if it happens again, tell whoever runs the house."
        ),
        "entry.oidc_unknown": (
            "{provider} knows you, but nobody here has your address. Ask whoever runs the house to note it down."
        ),
        "entry.oidc_unverified": "{provider} has not verified your e-mail address, and without that it does not count.",
        "entry.oidc_taken": "Your address belongs to another account at {provider} already. Tell whoever runs the house.",
        "entry.oidc_away": "Nobody can come in that way right now. Try again in a moment.",
        "entry.welcome": "Hello, {name}",
        "entry.welcome_why": "Choose a password for the desk. This page is good once.",
        "entry.welcome_other": "{name} is logged in in this browser. If you go on, their session here ends.",
        "entry.welcome_provider": "There are no passwords here: log in with your account at {provider}.",
        "entry.welcome_done": "All done. Next time log in with your name and your password.",
        "entry.your_name": "Your name to log in",
        "entry.new_password": "New password",
        "entry.again": "Once more",
        "entry.begin": "Save and log in",
        "entry.password_hint": "At least {least} characters. A few unrelated words are easy to remember and hard to guess.",
        "entry.password_short": "It is too short: at least {least} characters.",
        "entry.password_long": "It is too long: at most 256 characters.",
        "entry.password_common": "It is one of the most used passwords in the world: those are tried first. Choose another.",
        "entry.password_plain": "It is the same characters again and again. Choose another.",
        "entry.password_name": "It is too much like your name or the house's. Choose another.",
        "entry.password_again": "The two are not the same.",
        "entry.invitation_unknown": "There is no such invitation",
        "entry.invitation_unknown_why": "Perhaps the link was cut off on its way. Copy all of it, or ask for another.",
        "entry.invitation_used": "This invitation has been used",
        "entry.invitation_used_why": (
            "Log in with the password you chose. If it was not you, tell whoever runs the house at once."
        ),
        "entry.invitation_expired": "This invitation has expired",
        "entry.invitation_expired_why": (
            "They last 48 hours, and a new one voids the one before. Ask whoever runs the house for another."
        ),
        "entry.invitation_left": "This invitation is good no more",
        "entry.invitation_left_why": "It was for somebody who no longer works here.",
        "entry.to_login": "Go to the log-in page",
    },
}
