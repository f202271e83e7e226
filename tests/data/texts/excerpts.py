"""Excerpts of works in the public domain, and letters of ours as people fax them, by language.

They are what `encodings` makes texts of: in the encodings that each language is written in, and cut anywhere.
"""

WESTERN = {
    "German": (
        "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem ungeheueren "
        "Ungeziefer verwandelt. Er lag auf seinem panzerartig harten Rücken und sah, wenn er den Kopf ein wenig hob, "
        "seinen gewölbten, braunen, von bogenförmigen Versteifungen geteilten Bauch, auf dessen Höhe sich die Bettdecke, "
        "zum gänzlichen Niedergleiten bereit, kaum noch erhalten konnte.\n"
        "Wer reitet so spät durch Nacht und Wind? Es ist der Vater mit seinem Kind; er hat den Knaben wohl in dem Arm, "
        "er faßt ihn sicher, er hält ihn warm.\n"
        "Sehr geehrte Damen und Herren, anbei die Rechnung Nr. 4711 über 1.250,00 € – zahlbar bis 30. Juni. "
        "Bitte überweisen Sie den Betrag auf unser Konto. Mit freundlichen Grüßen, Jürgen Weiß, Große Straße 5, Köln\n"
    ),
    "French": (
        "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite "
        "que je n’avais pas le temps de me dire : « Je m’endors. » Et, une demi-heure après, la pensée qu’il était temps "
        "de chercher le sommeil m’éveillait.\n"
        "Maître Corbeau, sur un arbre perché, tenait en son bec un fromage. Maître Renard, par l’odeur alléché, lui tint à "
        "peu près ce langage : Hé ! bonjour, Monsieur du Corbeau. Que vous êtes joli ! que vous me semblez beau !\n"
        "Madame, Monsieur, veuillez trouver ci-joint la facture nº 12 d’un montant de 350,00 €. Où en sommes-nous de la "
        "commande du 3 août ? Veuillez agréer nos salutations distinguées. Hélène Lefèvre, cœur de ville, Besançon\n"
    ),
    "Spanish": (
        "En un lugar de la Mancha, de cuyo nombre no quiero acordarme, no ha mucho tiempo que vivía un hidalgo de los de "
        "lanza en astillero, adarga antigua, rocín flaco y galgo corredor. Una olla de algo más vaca que carnero, salpicón "
        "las más noches, duelos y quebrantos los sábados, lantejas los viernes, algún palomino de añadidura los domingos, "
        "consumían las tres partes de su hacienda.\n"
        "Estimado señor Núñez: le envío la información que pidió. ¿Podría confirmar la recepción mañana? El pingüino llegó "
        "en avión. Atentamente, María José Ibáñez, C/ Peña 3, 1º dcha., Málaga\n"
    ),
    "Portuguese": (
        "As armas e os barões assinalados que, da ocidental praia lusitana, por mares nunca de antes navegados, passaram "
        "ainda além da Taprobana, em perigos e guerras esforçados, mais do que prometia a força humana, e entre gente "
        "remota edificaram novo reino, que tanto sublimaram.\n"
        "Amor é fogo que arde sem se ver; é ferida que dói e não se sente; é um contentamento descontente; é dor que "
        "desatina sem doer.\n"
        "Prezado senhor, segue em anexo a cotação das peças. Não há previsão de alterações até amanhã; as condições são as "
        "mesmas. Atenciosamente, João Conceição, São Paulo\n"
    ),
    "Italian": (
        "Nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura, ché la diritta via era smarrita. Ahi quanto "
        "a dir qual era è cosa dura esta selva selvaggia e aspra e forte che nel pensier rinova la paura! Tant’è amara che "
        "poco è più morte; ma per trattar del ben ch’i’ vi trovai, dirò de l’altre cose ch’i’ v’ho scorte.\n"
        "Gentile signora, la ringrazio perché ha già pagato. La città è più bella di lunedì, però costerà di più. Così è la "
        "vita, cioè: chissà. Cordiali saluti, Niccolò Rossi\n"
    ),
    "Danish": (
        "Der var engang en prins; han ville have sig en prinsesse, men det skulle være en rigtig prinsesse. Så rejste han "
        "hele verden rundt for at finde sådan en, men alle vegne var der noget i vejen; prinsesser var der nok af, men om "
        "det var rigtige prinsesser kunne han ikke ganske komme efter, altid var der noget, som ikke var så rigtigt.\n"
        "Kære Søren, vedlagt finder du fakturaen på 450 kr. Øllet er drukket, og brødet er spist. Åbningstider: hver lørdag. "
        "Med venlig hilsen, Bjørn Ægidius, Århus\n"
    ),
    "Norwegian": (
        "Ja, vi elsker dette landet, som det stiger frem, furet, værbitt over vannet, med de tusen hjem. Elsker, elsker det "
        "og tenker på vår far og mor og den saganatt som senker drømmer på vår jord.\n"
        "Hei, jeg sender avtalen på nytt. Vi må møtes før påske; været blir bedre. Hilsen Åse fra Tromsø\n"
    ),
    "Swedish": (
        "Det var en gång en pojke. Han var så där en fjorton år gammal, lång och ranglig och linhårig. Inte stort dugde han "
        "till: han hade mest lust att sova och äta, och därnäst tyckte han om att ställa till odygd.\n"
        "Du gamla, du fria, du fjällhöga nord, du tysta, du glädjerika sköna! Jag hälsar dig, vänaste land uppå jord.\n"
        "Hej, här kommer offerten på två bryggor. Vänliga hälsningar, Göran Åkesson, Malmö\n"
    ),
    "Finnish": (
        "Mieleni minun tekevi, aivoni ajattelevi lähteäni laulamahan, saa'ani sanelemahan, sukuvirttä suoltamahan, "
        "lajivirttä laulamahan. Sanat suussani sulavat, puhe'et putoelevat, kielelleni kerkiävät, hampahilleni hajoovat.\n"
        "Hyvä asiakas, tässä on tilauksenne vahvistus. Hääyöaie jää pöydälle. Ystävällisin terveisin, Väinö Hämäläinen\n"
    ),
    "Icelandic": (
        "Hljóðs bið ek allar helgar kindir, meiri ok minni mögu Heimdallar; viltu at ek, Valföðr, vel fyr telja forn spjöll "
        "fira, þau er fremst of man.\n"
        "Ó, guð vors lands! Ó, lands vors guð! Vér lofum þitt heilaga, heilaga nafn! Úr sólkerfum himnanna hnýta þér krans "
        "þínir herskarar, tímanna safn.\n"
        "Sæl, ég sendi þér reikninginn. Það er gott veður í dag. Kveðja, Þórður Ólafsson, Akureyri\n"
    ),
    "Dutch": (
        "Boven op zolder stond een oude kist. Geachte mevrouw, wij hebben uw bestelling ontvangen en sturen u de factuur van "
        "€ 35,00. Eén van de artikelen is niet op voorraad; we leveren het vóór 1 juni na. Het ministerie coördineert de "
        "financiën van België en de ideeën zijn geïllustreerd. Met vriendelijke groet, Zoë van Dijk\n"
    ),
    "Catalan": (
        "Dolça Catalunya, pàtria del meu cor, quan de tu s’allunya d’enyorança es mor. Adeu, germans; adeu-siau, mon pare, no "
        "us veuré més! Oh! si al fossar, on jau ma dolça mare, jo el llit tingués! Això és una col·lecció d’històries.\n"
    ),
    "English": (
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness. “What "
        "a naïve idea,” she said—and the café’s résumé was £5.00, or about €6… The façade isn’t finished. © 2024 Example Ltd® "
        "• Item one • Item two: 20 °C ± 0.5, ½ inch, 10 µm, § 4, 5 × 3 m², see footnote¹.\n"
    ),
}

CENTRAL = {
    "Polish": (
        "Litwo! Ojczyzno moja! ty jesteś jak zdrowie. Ile cię trzeba cenić, ten tylko się dowie, kto cię stracił. Dziś "
        "piękność twą w całej ozdobie widzę i opisuję, bo tęsknię po tobie. Panno święta, co jasnej bronisz Częstochowy i w "
        "Ostrej świecisz Bramie! Ty, co gród zamkowy nowogródzki ochraniasz z jego wiernym ludem!\n"
        "Szanowni Państwo, w załączeniu przesyłam fakturę. Proszę o wpłatę do końca miesiąca. Z poważaniem, Łukasz Żak\n"
    ),
    "Czech": (
        "Byl pozdní večer – první máj – večerní máj – byl lásky čas. Hrdliččin zval ku lásce hlas, kde borový zaváněl háj. O "
        "lásce šeptal tichý mech; květoucí strom lhal lásky žel, svou lásku slavík růži pěl, růžinu jevil vonný vzdech.\n"
        "Dobrý den, posílám Vám fakturu za měsíc říjen. Příliš žluťoučký kůň úpěl ďábelské ódy. S pozdravem, Jiří Dvořák\n"
    ),
    "Slovak": (
        "Nad Tatrou sa blýska, hromy divo bijú. Zastavme ich, bratia, veď sa ony stratia, Slováci ožijú. To Slovensko naše "
        "posiaľ tvrdo spalo. Ale blesky hromu vzbudzujú ho k tomu, aby sa prebralo. Vážený pán, posielame Vám objednávku.\n"
    ),
    "Hungarian": (
        "Talpra magyar, hí a haza! Itt az idő, most vagy soha! Rabok legyünk, vagy szabadok? Ez a kérdés, válasszatok! A "
        "magyarok istenére esküszünk, esküszünk, hogy rabok tovább nem leszünk! Rabok voltunk mostanáig, kárhozottak "
        "ősapáink, kik szabadon éltek-haltak, szolgaföldben nem nyughatnak.\n"
        "Tisztelt Hölgyem, mellékelten küldöm a szerződést. A gyűlés időpontja: jövő hét. Üdvözlettel, Kőszegi Győző\n"
    ),
    "Romanian": (
        "A fost odată ca-n poveşti, a fost ca niciodată, din rude mari împărăteşti, o prea frumoasă fată. Şi era una la "
        "părinţi şi mândră-n toate cele, cum e Fecioara între sfinţi şi luna între stele. Din umbra falnicelor bolţi ea pasul "
        "şi-l îndreaptă lângă fereastră, unde-n colţ Luceafărul aşteaptă.\n"
    ),
    "Croatian": (
        "Lijepa naša domovino, oj junačka zemljo mila, stare slave djedovino, da bi vazda sretna bila! Mila, kano si nam "
        "slavna, mila si nam ti jedina, mila, kuda si nam ravna, mila, kuda si planina! Poštovani, šaljem vam račun za ožujak. "
        "Očekujem vaš odgovor sljedeći tjedan. Srdačan pozdrav, Đuro Šimić\n"
    ),
    "Slovene": (
        "Prijatlji! obrodile so trte vince nam sladko, ki nam oživlja žile, srce razjasni in oko, ki utopi vse skrbi, v "
        "potrtih prsih up budi. Komu najpred veselo zdravljico, bratje! č'mo zapet'? Spoštovani, pošiljam vam račun.\n"
    ),
}

TURKISH = (
    "Korkma, sönmez bu şafaklarda yüzen al sancak; sönmeden yurdumun üstünde tüten en son ocak. O benim milletimin yıldızıdır, "
    "parlayacak; o benimdir, o benim milletimindir ancak. Çatma, kurban olayım, çehreni ey nazlı hilal! Kahraman ırkıma bir "
    "gül! Ne bu şiddet, bu celal? Sana olmaz dökülen kanlarımız sonra helal. Hakkıdır, Hakk'a tapan milletimin istiklal.\n"
    "Sayın yetkili, ekte faturayı bulabilirsiniz. Ödemeyi ayın sonuna kadar yapınız. Saygılarımla, İbrahim Işık, Eskişehir\n"
)

BALTIC = {
    "Lithuanian": (
        "Lietuva, Tėvyne mūsų, tu didvyrių žeme, iš praeities Tavo sūnūs te stiprybę semia. Tegul Tavo vaikai eina vien takais "
        "dorybės, tegul dirba Tavo naudai ir žmonių gėrybei. Tegul saulė Lietuvoj tamsumas prašalina.\n"
    ),
    "Latvian": (
        "Dievs, svētī Latviju, mūs' dārgo tēviju, svētī jel Latviju, ak, svētī jel to! Kur latvju meitas zied, kur latvju dēli "
        "dzied, laid mums tur laimē diet, mūs' Latvijā! Cienījamais klients, nosūtām jums rēķinu par šo mēnesi.\n"
    ),
}

CYRILLIC = {
    "Russian": (
        "У лукоморья дуб зелёный; златая цепь на дубе том: и днём и ночью кот учёный всё ходит по цепи кругом; идёт направо — "
        "песнь заводит, налево — сказку говорит. Там чудеса: там леший бродит, русалка на ветвях сидит.\n"
        "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Все смешалось в доме "
        "Облонских. Уважаемые коллеги, направляем счёт № 15 на сумму 1200 руб. С уважением, Иван Петров.\n"
    ),
    "Ukrainian": (
        "Як умру, то поховайте мене на могилі, серед степу широкого, на Вкраїні милій, щоб лани широкополі, і Дніпро, і кручі "
        "було видно, було чути, як реве ревучий. Шановні колеги, надсилаємо рахунок. З повагою, Їжак.\n"
    ),
    "Bulgarian": (
        "Майко ле, що плачеш, що тъжиш за мене? Хубава си, моя горо, миришеш на младост, но вселяваш в сърцата ни само скръб "
        "и жалост. Уважаеми господа, изпращаме ви фактурата за месец май. С уважение, Стоян Иванов.\n"
    ),
}

GREEK = (
    "Σε γνωρίζω από την κόψη του σπαθιού την τρομερή, σε γνωρίζω από την όψη που με βία μετράει τη γη. Απ' τα κόκαλα "
    "βγαλμένη των Ελλήνων τα ιερά, και σαν πρώτα ανδρειωμένη, χαίρε, ω χαίρε, Ελευθεριά! Αγαπητοί κύριοι, σας στέλνουμε το "
    "τιμολόγιο. Με εκτίμηση, Γιώργος Παπαδόπουλος. Παρακαλώ στείλτε την απάντησή σας.\n"
)

HEBREW = (
    "בראשית ברא אלהים את השמים ואת הארץ. והארץ היתה תהו ובהו וחשך על פני תהום ורוח אלהים מרחפת על פני המים. ויאמר אלהים יהי "
    "אור ויהי אור. וירא אלהים את האור כי טוב ויבדל אלהים בין האור ובין החשך. שלום רב, מצורפת החשבונית לחודש מאי. בברכה, משה כהן.\n"
)

ARABIC = (
    "بسم الله الرحمن الرحيم. الحمد لله رب العالمين. الرحمن الرحيم. مالك يوم الدين. إياك نعبد وإياك نستعين. اهدنا الصراط المستقيم. "
    "السادة المحترمون، نرفق لكم الفاتورة رقم ١٢ لهذا الشهر. مع أطيب التحيات، محمد علي. قفا نبك من ذكرى حبيب ومنزل.\n"
)

THAI = (
    "พ่อกูชื่อศรีอินทราทิตย์ แม่กูชื่อนางเสือง พี่กูชื่อบานเมือง ตูพี่น้องท้องเดียวห้าคน ผู้ชายสาม ผู้หญิงโสง เมื่อชั่วพ่อขุนรามคำแหง "
    "เมืองสุโขทัยนี้ดี ในน้ำมีปลา ในนามีข้าว เรียน ลูกค้าทุกท่าน ขอส่งใบแจ้งหนี้ประจำเดือน ด้วยความเคารพ\n"
)

JAPANESE = (
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。"
    "吾輩はここで始めて人間というものを見た。\nいつもお世話になっております。請求書を送付いたしますので、ご確認ください。よろしくお願いいたします。\n"
)

CHINESE_SIMPLIFIED = (
    "子曰：学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？道可道，非常道；名可名，非常名。"
    "床前明月光，疑是地上霜。举头望明月，低头思故乡。\n尊敬的客户，现寄上本月发票，请查收。此致敬礼，王小明\n"
)

CHINESE_TRADITIONAL = (
    "子曰：學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？道可道，非常道；名可名，非常名。"
    "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。\n敬愛的客戶，現寄上本月發票，請查收。此致敬禮，王小明\n"
)

KOREAN = (
    "나 보기가 역겨워 가실 때에는 말없이 고이 보내 드리우리다. 영변에 약산 진달래꽃 아름 따다 가실 길에 뿌리우리다. 죽는 날까지 하늘을 우러러 한 점 "
    "부끄럼이 없기를, 잎새에 이는 바람에도 나는 괴로워했다.\n안녕하세요. 이번 달 계산서를 보내 드립니다. 감사합니다. 김철수 올림\n"
)
