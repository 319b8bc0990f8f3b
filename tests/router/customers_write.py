"""What customers write in five languages, and in some that are none of ours: short, with and without accents."""

from __future__ import annotations

WRITTEN = {
    "es": """Buenas tardes, quería saber cuándo llega mi pedido porque lo necesito para el viernes.
        La lámpara ha llegado rota y quiero que me devuelvan el dinero.
        No puedo entrar en mi cuenta, me dice que la contraseña es incorrecta.
        ¿Me pueden mandar la factura del mes pasado, por favor?
        Hola, el taladro que compré ayer no funciona y no tengo el recibo.
        ¿A qué hora abren los sábados por la mañana?
        Me habéis cobrado dos veces el mismo pedido.
        Necesito cambiar la dirección de entrega, ya no vivo allí.
        Llevo tres días esperando una respuesta y nadie me llama.
        Muchas gracias por su ayuda, ya está todo solucionado.
        hola buenas, aun no me ha llegado nada, que ha pasado con mi paquete?
        Quisiera presentar una reclamación por el trato recibido en la tienda.
        ¿Tienen este modelo en color azul y en talla pequeña?
        Se me olvidó poner el código de descuento al pagar.
        El repartidor dijo que vendría el lunes y no vino nadie.
        Adjunto la foto de la pieza que falta en la caja.
        Quiero darme de baja y que borren todos mis datos.
        ¿Cuánto cuesta el envío a las islas?
        El grifo gotea desde que lo instalaron la semana pasada.
        Estoy muy contenta con la compra, volveré pronto.""",
    "en": """Good afternoon, I wanted to know when my order will arrive because I need it by Friday.
        The lamp arrived broken and I want my money back.
        I can't log in to my account, it says the password is wrong.
        Could you send me last month's invoice, please?
        Hi, the drill I bought yesterday doesn't work and I lost the receipt.
        What time do you open on Saturday mornings?
        You charged me twice for the same order.
        I need to change the delivery address, we have moved.
        I've been waiting three days for an answer and nobody calls me.
        Thank you very much for your help, everything is fine now.
        still nothing here, what happened to my parcel?
        I would like to make a complaint about how I was treated in the shop.
        Do you have this model in blue, size small?
        I forgot to enter the discount code when paying.
        The driver said he would come on Monday and nobody came.
        Attached is a photo of the part missing from the box.
        Please close my account and delete all my data.
        How much is shipping to the islands?
        The tap has been dripping since it was fitted last week.
        Very happy with my purchase, will be back soon.""",
    "ca": """Bona tarda, volia saber quan arriba la meva comanda perquè la necessito per divendres.
        El llum ha arribat trencat i vull que em tornin els diners.
        No puc entrar al meu compte, em diu que la contrasenya és incorrecta.
        Em podeu enviar la factura del mes passat, si us plau?
        Hola, el trepant que vaig comprar ahir no funciona i no tinc el tiquet.
        A quina hora obriu els dissabtes al matí?
        M'heu cobrat dues vegades la mateixa comanda.
        Necessito canviar l'adreça de lliurament, ja no visc allà.
        Fa tres dies que espero una resposta i ningú em truca.
        Moltes gràcies per la seva ajuda, ja està tot arreglat.
        bones, encara no m'ha arribat res, que ha passat amb el meu paquet?
        Voldria posar una reclamació pel tracte rebut a la botiga.
        Teniu aquest model en color blau i talla petita?
        Em vaig oblidar de posar el codi de descompte quan pagava.
        El repartidor va dir que vindria dilluns i no va venir ningú.
        Adjunto la foto de la peça que falta a la caixa.
        Em vull donar de baixa i que esborreu totes les meves dades.
        Quant costa l'enviament a les illes?
        L'aixeta degota des que la van instal·lar la setmana passada.
        Estic molt contenta amb la compra, tornaré aviat.""",
    "gl": """Boas tardes, quería saber cando chega o meu pedido porque o necesito para o venres.
        A lámpada chegou rota e quero que me devolvan os cartos.
        Non podo entrar na miña conta, dime que o contrasinal é incorrecto.
        Pódenme mandar a factura do mes pasado, por favor?
        Ola, o trade que merquei onte non funciona e non teño o recibo.
        A que hora abren os sábados pola mañá?
        Cobráronme dúas veces o mesmo pedido.
        Preciso cambiar o enderezo de entrega, xa non vivo alí.
        Levo tres días agardando unha resposta e ninguén me chama.
        Moitas grazas pola súa axuda, xa está todo arranxado.
        ola boas, aínda non me chegou nada, que pasou co meu paquete?
        Quixera presentar unha reclamación polo trato recibido na tenda.
        Teñen este modelo en cor azul e talla pequena?
        Esquecinme de poñer o código de desconto ao pagar.
        O repartidor dixo que viría o luns e non veu ninguén.
        Achego a foto da peza que falta na caixa.
        Quero darme de baixa e que borren todos os meus datos.
        Canto custa o envío ás illas?
        A billa pinga desde que a instalaron a semana pasada.
        Estou moi contenta coa compra, volverei axiña.""",
    "eu": """Arratsalde on, nire eskaera noiz iritsiko den jakin nahi nuen, ostiralerako behar dut eta.
        Lanpara hautsita iritsi da eta dirua itzultzea nahi dut.
        Ezin naiz nire kontuan sartu, pasahitza okerra dela esaten dit.
        Bidaliko al didazue joan den hileko faktura, mesedez?
        Kaixo, atzo erosi nuen zulagailua ez dabil eta ez daukat txartela.
        Zer ordutan irekitzen duzue larunbat goizetan?
        Eskaera bera bi aldiz kobratu didazue.
        Entrega helbidea aldatu behar dut, jada ez naiz han bizi.
        Hiru egun daramatzat erantzunaren zain eta inork ez dit deitzen.
        Eskerrik asko zuen laguntzagatik, dena konponduta dago.
        aupa, oraindik ez zait ezer iritsi, zer gertatu da nire paketearekin?
        Erreklamazio bat jarri nahi nuke dendan jasotako tratuagatik.
        Baduzue modelo hau urdinez eta neurri txikian?
        Deskontu kodea jartzea ahaztu zitzaidan ordaintzean.
        Banatzaileak astelehenean etorriko zela esan zuen eta ez zen inor etorri.
        Kutxan falta den piezaren argazkia bidaltzen dizuet.
        Baja eman nahi dut, eta nire datu guztiak ezabatzea.
        Zenbat balio du irletara bidaltzeak?
        Txorrotak tanta botatzen du joan den astean jarri zutenetik.
        Oso pozik nago erosketarekin, laster itzuliko naiz.""",
}
NOT_OURS = """Bonjour, je voudrais savoir quand ma commande va arriver parce que j'en ai besoin vendredi.
    Bonsoir, la lampe est arrivée cassée et je veux être remboursé.
    Guten Tag, ich wollte fragen, wann meine Bestellung ankommt.
    Die Lampe ist kaputt angekommen und ich möchte mein Geld zurück.
    Buongiorno, vorrei sapere quando arriva il mio ordine perché mi serve per venerdì.
    La lampada è arrivata rotta e vorrei un rimborso.
    Boa tarde, gostaria de saber quando chega a minha encomenda, porque não recebi nada.
    O candeeiro chegou partido e quero o meu dinheiro de volta, obrigado.
    Olá, não consigo entrar na minha conta, vocês podem ajudar?
    Goedemiddag, ik wil graag weten wanneer mijn bestelling aankomt.
    Здравствуйте, когда придёт мой заказ, я жду уже неделю.
    您好，我想知道我的订单什么时候到，谢谢您的帮助。
    مرحبا، أريد أن أعرف متى يصل طلبي، شكرا جزيلا لكم.
    Bună ziua, aș vrea să știu când ajunge comanda mea, mulțumesc."""


def lines(text: str) -> list[str]:
    """The sentences, one a line."""
    return [line.strip() for line in text.splitlines()]


SAMPLES = [(language, line) for language, text in WRITTEN.items() for line in lines(text)]
