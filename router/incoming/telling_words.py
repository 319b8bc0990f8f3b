"""Words and endings by which five languages, and their neighbours, are told apart. Data alone; languages.py weighs them.

Each list has what its language uses all the time, also where a neighbour has the same word: what two share tells neither from the
other. The neighbours after the five are there so that a Portuguese letter is not taken for Galician.
"""

from __future__ import annotations

WORDS = {
    "es": """
        mío perdone perdón disculpe disculpen cosa casa semanas hora horas esperaba interesado interesada número
        mía quisiéramos buen enviaron mandaron dijeron llegaron vinieron pusieron hicieron tardar tarda ustedes
        el la los las un una unos unas lo al del de en y e o u a que qué por para con sin no ni sí si ya yo tú
        usted nosotros ellos ella ellas me te se nos os le les mi mis tu tus su sus nuestro nuestra este esta
        esto estos estas ese esa eso esos esas aquel es son era eran fue fueron ser soy está están estoy estaba
        estar estamos he ha han hemos habéis has había hay haya haber hecho hace hacer hago hacía tengo tiene
        tienen tenemos tenía tener tuve puedo puede pueden podría podrían podemos pude poder quiero quiere
        quería quisiera queremos necesito necesita necesitamos pero porque como cómo cuando cuándo cuánto cuánta
        cuántos donde dónde quién cuál más muy mucho mucha muchas muchos bien mal también tampoco solo sólo
        siempre nunca nada nadie algo alguien alguno ningún ninguna otro otra otros cada todo toda todos todas
        hasta desde hacia sobre entre según antes después luego entonces ahora hoy ayer mañana tarde tardes
        noche noches día días semana mes meses año años lunes martes miércoles jueves viernes sábado domingo
        hola buenas buenos gracias saludos favor ayuda pedido pedidos compra compré comprado comprar paquete
        envío enviado enviar entrega llega llegado llegar llegó factura recibo recibido recibir dinero devolver
        devolución devuelvan devuelto cambiar cambio tienda precio pagar pago pagado cobrado cobro cuenta
        contraseña roto rota funciona dice decir dijo saber sabe sé llevo lleva llevamos esperando espero espera
        escribo escribir respuesta responder contestar llamar llama llamado mandar mandado pueda sigue sigo
        queja reclamación problema pasado próximo dirección nombre teléfono correo cita horario abren abierto
        cerrado ir voy va van vino vine venir quedar falta mejor peor mismo misma aquí allí ahí así aún todavía
        dos tres cuatro cinco seis siete ocho nueve diez vez veces gustaría encanta olvidé ver visto dar dado""",
    "en": """
        interested house thing things hour hours big small part box photo data delete the a an of and to in for
        with not no my your his her our their me us him them is are was were am be been being has have had do
        does did doing done will would can could should shall may might must i you he she it we they this that
        these those there here what when where who whom which why how if or but so because as than then at by
        from on off up out over under about into after before since until while still yet already again also too
        very more most much many some any each every all both few other another same only just even never ever
        always now today yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday week month
        year day morning afternoon evening hi hello dear thanks thank please regards help need want wanted like
        get got give given make made take sent send order ordered orders parcel package delivery delivered
        shipping arrive arrived arrives invoice receipt refund money back broken wrong work works working
        account password pay paid charged price shop store return change address name number phone call called
        calls email mail answer reply waiting wait know think see said says tell told come came go going gone
        nobody nothing something anyone problem issue complaint missing one two three don doesn didn can't isn
        won hasn haven wasn open opening close closed buy bought new sorry find found""",
    "ca": """
        interessaria interessa interessat interessada perdoni perdoneu foto peça peces falta caixa casa cosa
        coses hora hores setmanes enviar gran petit petita dona dono ningú carrer lloc comandes el la els les l
        un una uns unes lo al als del dels de d en n i o a amb sense que què per no ni sí si ja jo tu vostè
        vostès nosaltres ells ella elles em me et es s ens us li hi ho se'm meu meva meus meves seu seva seus
        seves teu teva nostre nostra aquest aquesta aquests aquestes aquell això allò és són era eren ser sóc
        soc està estan estic estava estar estem he ha han hem heu has havia haver fet fa fan fer faig feia tinc
        té tenen tenim teniu tenia tenir puc pot poden podeu podria podrien podem poder vull vol volem volia
        voldria volen necessito necessita necessitem però perquè com quan quant quanta quants on qui quin quina
        quins més molt molta moltes molts bé mal també tampoc només sempre mai res algú alguna algun cap altre
        altra altres cada tot tota tots totes fins des sobre entre segons abans després llavors ara avui ahir
        demà matí tarda vespre nit dia dies setmana mes mesos any anys dilluns dimarts dimecres dijous divendres
        dissabte diumenge hola bon bona bones bons gràcies mercès salutacions plau sisplau ajuda comanda compra
        comprar comprat vaig va van vam vau vas paquet enviament enviat lliurament arriba arribat arribar
        arribarà factura rebut rebre diners tornar tornin tornat devolució canviar canvi botiga preu pagar
        pagament pagat cobrat compte contrasenya trencat trencada funciona diu dir saber sap sé espero esperant
        espera escric escriure resposta respondre contestar trucar truca trucat queixa reclamació problema
        passat proper adreça nom número telèfon correu horari obriu obert tancat anar vindre venir millor pitjor
        mateix mateixa aquí allà així encara dos dues tres quatre cinc sis set vuit nou deu vegada vegades cop
        agradaria encanta oblidar veure vist donar data siusplau vosaltres aviat doncs potser ningun estat sigut
        puguin pugui sigui vegi digueu diguin feu fos""",
    "gl": """
        cor peza pezas praza desculpe desculpen perdoe pequena pequeno grande conta unha cousa cousas casa hora
        horas interesado interesada nunha nun dunha dun enviaron mandaron chegaron viñeron puxeron fixeron
        borren meus datos foto funcionan porta rúa lugar sitio quedei teño temos tiñan neste semanas o a os as
        un uns unhas lo ao aos á ás do da dos das de no na nos nas en e ou que por polo pola polos polas para
        pra co coa cos coas con sen non nin si se xa eu ti vostede vostedes nós eles ela elas me te lle lles vos
        che meu miña miñas mina seu súa seus súas sua teu túa noso nosa este esta isto estes estas ese esa iso
        eses esas aquel é son era eran foi foron ser está están estou estaba estar estamos hei ha han hai houbo
        haber feito fai fan facer fago facía ten teñen tiña ter tiven podo pode poden podería poderían podemos
        puiden poder quero quere queremos queren quería quixera preciso precisa necesito necesitamos pero porque
        como cando canto canta cantos onde quen cal máis moi moito moita moitas moitos ben mal tamén tampouco só
        sempre nunca nada ninguén alguén algo algún ningún ningunha outro outra outros cada todo toda todos
        todas ata até desde dende cara sobre entre segundo antes despois logo entón agora hoxe onte mañá tarde
        tardes noite noites día días semana mes meses ano anos luns martes mércores xoves venres sábado domingo
        ola boas bos bo boa grazas graciñas saúdos saudos favor axuda pedido pedidos compra merquei mercar
        mercado comprei comprar paquete envío enviado enviar entrega chega chegou chegado chegar factura recibo
        recibín recibido recibir cartos diñeiro devolver devolvan devolución cambiar cambio tenda prezo pagar
        pago pagado paguei cobrado contrasinal roto rota funciona di dicir dixo dixeron dime saber sabe sei levo
        leva levamos agardando agardo agarda espero escribo escribir resposta responder contestar chamar chama
        chamado mandar mandado queixa reclamación problema pasado próximo enderezo nome número teléfono correo
        cita horario abren aberto pechado ir vou vai van veu vin vir falta mellor peor mesmo mesma aquí alí así
        aínda inda dous dúas tres catro cinco seis sete oito nove dez vez veces gustaríame ver visto dar dado
        ningures axiña mentres fixen fixo puxen quedou pasou deume nesta deste desta dese""",
    "eu": """
        eta edo ere baina bai ez da dira naiz gara zara zarete zen ziren nintzen izan izango dut du dute dugu
        duzu duzue ditut ditu dituzte ditugu dituzu nuen zuen nuke luke genuen zuten dela den diren duen dudan
        dago daude nago gaude zaude zegoen dabil dauka daukat dakit daki al ba bat batzuk hau hori hura hauek
        horiek haiek honek horrek nire ene zure gure bere haien ni zu gu zuek zer nor non noiz nola zein zenbat
        zergatik norena nora jada orain gaur atzo bihar egun egunon eguna egunak gau gabon arratsalde goiz
        goizean aste astean asteak hilabete hil urte ostirala astelehen astelehena asteartea asteazkena osteguna
        larunbata igandea kaixo aupa eskerrik esker asko mesedez agur ongi ondo oso gehiago gutxi gutxiago beti
        inoiz ezer inor inork zerbait norbait dena guztia guztiak guzti beste berri zahar handi txiki nahi behar
        ahal ezin jakin esan egin eman hartu erosi erosketa eskaera eskaerak pakete paketea bidali bidalketa
        bidaltzen iritsi iristen heldu jaso jasotzen faktura dirua itzuli itzultzea aldatu denda dendan prezioa
        ordaindu ordainketa kobratu kontua pasahitza hautsita apurtuta zain erantzun erantzuna deitu deitzen
        laguntza arazoa arazo kexa helbidea izena zenbakia telefonoa posta ordu ordua ordutan ireki itxi joan
        etorri bi hiru lau bost sei zazpi zortzi bederatzi hamar aldiz lehen gero orduan oraindik ordez arte
        gabe bezala baino baduzue badago badut zait zaio zaizkit didate didazu didazue dizut dizuet digute
        ditzake daiteke dezaket dezakezu nahiko laster berriro ahaztu hautsi zitzaidan zitzaigun kodea irekita
        itxita bigarren""",
    "pt": """
        cor peça casa coisa hora horas falta foto pequeno pequena desculpe enviaram mandaram chegaram vieram
        interessado numa caixa dados apagar quanto loja o a os as um uma uns umas ao aos à às do da dos das de
        no na nos nas num em e ou que por pelo pela para pra com sem não nem sim se já eu tu você vocês nós eles
        me te lhe lhes vos meu minha meus minhas seu sua seus suas nosso este esta isto esse isso aquele é são
        era foi ser está estão estou estava estar ter tenho tem têm tinha feito faz fazer posso pode podem
        poderia quero quer queria gostaria preciso mas porque como quando onde quem qual mais muito muita bem
        mal também só sempre nunca nada ninguém alguém outro cada todo até desde sobre entre antes depois então
        agora hoje ontem amanhã manhã tarde noite dia dias semana mês meses ano olá oi bom boa obrigado obrigada
        favor ajuda encomenda compra comprei pacote envio entrega chega chegou chegar fatura recibo recebi
        dinheiro devolver devolução volta trocar preço pagar paguei conta senha partido quebrado funciona saber
        sei espero esperando aguardo resposta morada endereço número telefone consigo veio foram dois duas vez
        ainda tudo""",
    "fr": """
        le la les l un une des du de d au aux en et ou où à que qu qui quoi par pour avec sans ne pas ni oui si
        je j tu vous nous ils elle il on me m te se s mon ma mes son sa ses votre vos notre ce cet cette ces c
        est sont était être suis ai a as avons avez ont avait fait faire peux peut pouvez pouvoir veux voudrais
        mais parce comme quand combien plus très beaucoup bien aussi toujours jamais rien personne autre tout
        tous avant après maintenant bonjour bonsoir merci cordialement commande colis livraison arrivée arrivé
        arriver facture argent remboursé remboursement compte""",
    "it": """
        il lo la i gli le l un uno una del dello della dei degli delle di d al allo alla ai in nel nella e ed o
        che chi per con senza non né sì se mi ti si ci vi mio mia miei suo sua nostro questo questa quello è
        sono era essere sto sta ho ha hai abbiamo avete hanno fatto fare posso può vorrei voglio ma perché come
        quando quanto dove più molto bene anche sempre mai niente nessuno altro tutto prima dopo ora oggi ieri
        domani buongiorno buonasera ciao salve grazie ordine pacco consegna arriva arrivata arrivato fattura
        soldi rimborso conto""",
    "de": """
        der die das den dem des ein eine einen einem und oder aber nicht kein ich du er sie es wir ihr mich mir
        mein meine ihre ist sind war waren sein bin habe hat haben hatte werden wird kann können möchte wollte
        will muss mit ohne für von zu zum zur auf aus bei nach seit über unter wenn wann wie was wer wo warum
        dass weil noch schon sehr mehr auch nur immer nie nichts heute gestern morgen guten tag abend hallo
        danke bitte bestellung paket lieferung rechnung geld zurück kaputt angekommen""",
    "nl": """
        de het een en of maar niet geen ik jij u hij zij wij mijn uw is zijn was waren heb heeft hebben had
        worden wordt kan kunnen wil graag moet met zonder voor van naar op uit bij aan in over wanneer hoe wat
        wie waar waarom dat dit die nog al zeer meer ook alleen altijd niets vandaag gisteren morgen goedemiddag
        hallo dank bedankt bestelling pakket levering rekening geld terug weten""",
    "ro": """
        și este sunt nu pe la cu din pentru care ce când cum unde mai foarte bine dar am ai are aș vrea să ar fi
        un o mea meu ziua bună mulțumesc comanda ajunge știu vă rog bani""",
}

# For words that stand in no list: an ending or a spelling, and the languages that have it.
ENDINGS = (
    (r"ción$", "es gl"),
    (r"(iones|dad|dades|miento|iendo|illo|illa|uelto|uelta)$", "es"),
    (r"(cións|dade|mento|iño|iña|ou|ei|ades|áronme|ronme|ín|eiro|eira|nse|rse|lle|llo)$", "gl"),
    (r"(dade|mento|ou|ei|eiro|eira)$", "pt"),
    (r"(ció|cions|tat|tats|ment|itge|atge|aix|eix|uix|oix|aig|uig|ets|ots|arà|eu|em)$|l·l|ny|tj|tg", "ca"),
    (r"(ment|eux|eau|tion|ait|ez)$|ç", "fr"),
    (r"ç", "ca"),
    (r"(ing|tion|ed|ly|ght|ness|ful|ll|ck|sh|wn|ay|ey)$|th|wh|oo|ee|sh", "en"),
    (
        r"(ak|ek|ik|ok|tik|rik|ren|aren|tzen|tzea|tzeko|arekin|gatik|zio|kin|tako|dun)$|tx|tz|ts|rr?ik|k",
        "eu",
    ),
    (r"(nme|inme|oume|ronlle|nno|mola)$", "gl"),
    (r"[bcdfglmnprstv]ue[^aeiou]|[bcdfglmnprstvz]ie[cdgnrstz]", "es"),
    (r"[bcdfglmprtv]ou[^aeiou]|eir[oa]|eix[aeio]", "gl pt"),
    (r"ñ", "es gl"),
    (r"j", "es ca en eu fr"),
    (r"(ão|ões|nh|lh|ç)", "pt"),
    (r"(zione|zioni|gli|cch|zz)", "it"),
    (r"(sch|ung$|keit$|lich$|ß|ä|ö|ü|w|z$|cht)", "de"),
    (r"(ij|aa|oo|ee|cht$)", "nl"),
    (r"[șțăâî]", "ro"),
)
