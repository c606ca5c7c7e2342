"""What frameworks say of a missing page, by language, in the words of their own translations."""

from collections.abc import Mapping
from typing import Final

HELD_OUT_LANGUAGES: Final = frozenset({"bg", "el", "fi", "he", "hu", "ko", "ro", "vi"})
"""Languages that nobody looks at while a rule or a table is being changed: they show what it is worth."""

# Docusaurus: theme.NotFound.title, .p1, .p2
DOCUSAURUS: Final[Mapping[str, tuple[str, str, str]]] = {
    "ar": ("الصفحة غير موجودة", "تعذر العثور على ما تبحث عنه.", "يرجى الاتصال بمالك الموقع."),
    "bg": ("Страницата не е намерена", "Не можахме да намерим това, което търсите.", "Моля, свържете се със собственика на сайта."),
    "cs": ("Stránka nenalezena", "Stránka, kterou hledáte, nebyla nalezena.", "Kontaktujte prosím vlastníka webu."),
    "da": ("Siden blev ikke fundet", "Vi kunne ikke finde det du ledte efter.", "Venligst kontakt ejeren af siden."),
    "de": ("Seite nicht gefunden", "Wir konnten nicht finden, wonach Sie gesucht haben.", "Bitte kontaktieren Sie den Besitzer der Seite."),
    "en": ("Page Not Found", "We could not find what you were looking for.", "Please contact the owner of the site that linked you to the original URL."),
    "es": ("Página No Encontrada", "No pudimos encontrar lo que buscaba.", "Comuníquese con el dueño del sitio."),
    "fa": ("صفحه ای که دنبال آن بودید پیدا نشد", "صفحه مورد نظر پیدا نشد.", "لطفا با صاحب وبسایت تماس بگیرید."),
    "fil": ("Hindi Nahanap ang Pahina", "Hindi namin nahanap ang iyong hinahanap.", "Mangyaring makipag-ugnayan sa may-ari ng site."),
    "fr": ("Page introuvable", "Nous n'avons pas trouvé ce que vous recherchez.", "Veuillez contacter le propriétaire du site."),
    "he": ("דף לא קיים", "אנחנו לא מוצאים את מה שניסת לחפש.", "אנא צרו קשר עם בעל האתר."),
    "hi": ("पेज नहीं मिला", "हमें वह नहीं मिला, जिसकी आपको तलाश थी।", "कृपया साइट के मालिक से संपर्क करें।"),
    "hu": ("Az oldal nem található", "Nem találtuk, amit keresett.", "Kérjük, lépjen kapcsolatba az oldal tulajdonosával."),
    "id": ("Halaman Tidak Ditemukan", "Kami tidak dapat menemukan apa yang Anda cari.", "Silakan hubungi pemilik situs."),
    "it": ("Pagina non trovata", "Non siamo riusciti a trovare quello che stavi cercando.", "Contatta il proprietario del sito."),
    "ja": ("ページが見つかりません", "お探しのページが見つかりませんでした。", "このページにリンクしているサイトの所有者にリンクが壊れていることを伝えてください。"),
    "ko": ("페이지를 찾을 수 없습니다.", "원하는 페이지를 찾을 수 없습니다.", "사이트 관리자에게 링크가 깨진 것을 알려주세요."),
    "nb": ("Siden ble ikke funnet", "Vi kunne ikke finne det du lette etter.", "Vennligst kontakt eieren av nettstedet."),
    "nl": ("Pagina niet gevonden", "We kunnen niet vinden waar je naar op zoek bent.", "Neem contact op met de eigenaar van de website."),
    "pl": ("Strona nie została znaleziona", "Nie mogliśmy znaleźć strony której szukasz.", "Proszę skontaktuj się z właścielem strony."),
    "pt": ("Página não encontrada", "Não foi possível encontrar o que você está procurando.", "Entre em contato com o proprietário do site."),
    "ru": ("Страница не найдена", "К сожалению, мы не смогли найти запрашиваемую вами страницу.", "Пожалуйста, обратитесь к владельцу сайта."),
    "sl": ("Strani ni bilo mogoče najti", "Strani, ki jo iščete, nismo našli.", "Obrnite se na lastnika strani."),
    "sr": ("Страница није пронађена", "Нисмо могли да пронађемо оно што тражите.", "Молимо вас контактирајте власника сајта."),
    "sv": ("Sidan hittades inte", "Vi kunde inte hitta det du letade efter.", "Vänligen kontakta webbplatsens ägare."),
    "tr": ("Sayfa Bulunamadı", "Aradığınız şeyi bulamadık.", "Lütfen sitenin sahibiyle iletişime geçin."),
    "uk": ("Сторінку не знайдено", "На жаль, ми не змогли знайти сторінку, яку ви запитували.", "Будь ласка, зверніться до власника сайту."),
    "vi": ("Không tìm thấy trang", "Chúng tôi không thể tìm thấy những gì bạn đang tìm kiếm.", "Vui lòng liên hệ với trang web đã dẫn bạn tới đây."),
    "zh": ("找不到页面", "我们找不到您要找的页面。", "请联系原始链接来源网站的所有者，并告知他们链接已损坏。"),
}  # fmt: skip

# WordPress: the document's title, the heading of default themes, the sentence below it
WORDPRESS: Final[Mapping[str, tuple[str, str, str]]] = {
    "bg": ("Страницата не е намерена", "Опа! Страницата не може да бъде намерена.", "Изглежда на този адрес няма нищо."),
    "ca": ("No s'ha trobat la pàgina", "Ui! No es pot trobar la pàgina.", "Sembla que no hi ha res aquí."),
    "cs": ("Stránka nenalezena", "Hups! Stránka nemohla být nalezena.", "Zdá se, že na tomto místě nic není."),
    "da": ("Siden blev ikke fundet", "Hovsa! Den side kan ikke findes.", "Det ser ud til, at der ikke er noget her."),
    "de": ("Seite wurde nicht gefunden.", "Hoppla! Diese Seite konnte nicht gefunden werden.", "Es sieht so aus, als ob an dieser Stelle nichts gefunden wurde."),
    "el": ("Η σελίδα δεν βρέθηκε", "Ουπς! Αυτή η σελίδα δεν μπορεί να βρεθεί.", "Φαίνεται ότι δεν βρέθηκε τίποτα σε αυτή την τοποθεσία."),
    "en": ("Page not found", "Oops! That page can&rsquo;t be found.", "It looks like nothing was found at this location. Maybe try a search?"),
    "es": ("Página no encontrada", "¡Vaya! No se ha podido encontrar esa página.", "Parece que no se ha encontrado nada en esta ubicación."),
    "eu": ("Ez da orria aurkitu", "Ene! Ezin da orri hori aurkitu.", "Badirudi hemen ez dagoela ezer."),
    "fi": ("Sivua ei löytynyt", "Hups! Tuota sivua ei löytynyt.", "Vaikuttaa siltä, ettei täällä ole mitään."),
    "fr": ("Page non trouvée", "Oups&nbsp;! Cette page est introuvable.", "Il semble que rien n’ait été trouvé à cet endroit."),
    "gl": ("Páxina non atopada", "Vaites! Non se puido atopar esa páxina.", "Parece que non hai nada neste lugar."),
    "he": ("העמוד לא נמצא", "אופס! לא ניתן למצוא את העמוד הזה.", "נראה שלא נמצא כלום במיקום הזה."),
    "hu": ("Az oldal nem található", "Hoppá! Ez az oldal nem található.", "Úgy tűnik, ezen a helyen nincs semmi."),
    "it": ("Pagina non trovata", "Oops! Non è stato possibile trovare quella pagina.", "Sembra che non sia stato trovato nulla in questa posizione."),
    "ja": ("ページが見つかりませんでした", "ページが見つかりません。", "この場所には何も見つからなかったようです。"),
    "ko": ("페이지를 찾을 수 없습니다", "이런! 페이지를 찾을 수 없습니다.", "이 위치에서 아무것도 찾을 수 없는 것 같습니다."),
    "lt": ("Puslapis nerastas", "Oi! Šis puslapis nerastas.", "Atrodo, kad čia nieko nėra."),
    "nb": ("Fant ikke siden", "Oi! Den siden finnes ikke.", "Det ser ut til at det ikke er noe her."),
    "nl": ("Pagina niet gevonden", "Oeps! Die pagina kan niet worden gevonden.", "Het lijkt erop dat er niets werd gevonden op deze plek."),
    "pl": ("Nie znaleziono strony", "Ups! Nie można odnaleźć tej strony.", "Wygląda na to, że nic nie znaleziono pod tym adresem."),
    "pt": ("Página não encontrada", "Ops! Esta página não pode ser encontrada.", "Parece que não foi encontrado nada neste local."),
    "ro": ("Pagină negăsită", "Hopa! Această pagină nu a putut fi găsită.", "Se pare că nu s-a găsit nimic în această locație."),
    "ru": ("Страница не найдена", "Ой! Страница не найдена.", "Похоже, здесь ничего не нашлось."),
    "sk": ("Stránka sa nenašla", "Hups! Stránka sa nenašla.", "Zdá sa, že na tomto mieste nič nie je."),
    "sv": ("Sidan hittades inte", "Hoppsan! Den sidan hittades inte.", "Det verkar som att inget hittades på denna plats."),
    "tr": ("Sayfa bulunamadı", "Hata! Bu sayfa bulunamadı.", "Bu konumda hiçbir şey bulunamadı gibi görünüyor."),
    "uk": ("Сторінку не знайдено", "Ой! Цю сторінку не вдалося знайти.", "Схоже, тут нічого немає."),
    "vi": ("Không tìm thấy trang", "Rất tiếc! Không thể tìm thấy trang đó.", "Có vẻ như không tìm thấy gì ở đây."),
    "zh": ("未找到页面", "有点尴尬诶！该页无法显示。", "这儿似乎什么都没有，试试搜索？"),
}  # fmt: skip

# Drupal: the page's title and its sentence
DRUPAL: Final[Mapping[str, tuple[str, str]]] = {
    "ca": ("No s'ha trobat la pàgina", "No s'ha pogut trobar la pàgina sol·licitada."),
    "de": ("Seite nicht gefunden", "Die angeforderte Seite konnte nicht gefunden werden."),
    "el": ("Η σελίδα δεν βρέθηκε", "Η ζητούμενη σελίδα δεν βρέθηκε."),
    "en": ("Page not found", "The requested page could not be found."),
    "es": ("Página no encontrada", "No se ha podido encontrar la página solicitada."),
    "fi": ("Sivua ei löytynyt", "Pyydettyä sivua ei löytynyt."),
    "fr": ("Page non trouvée", "La page demandée n'a pas pu être trouvée."),
    "hr": ("Stranica nije pronađena", "Tražena stranica nije pronađena."),
    "it": ("Pagina non trovata", "La pagina richiesta non è stata trovata."),
    "nl": ("Pagina niet gevonden", "De opgevraagde pagina kon niet gevonden worden."),
    "pl": ("Nie znaleziono strony", "Żądana strona nie została znaleziona."),
    "pt": ("Página não encontrada", "A página solicitada não pôde ser encontrada."),
    "ro": ("Pagina nu a fost găsită", "Pagina cerută nu a putut fi găsită."),
    "ru": ("Страница не найдена", "Запрашиваемая страница не найдена."),
    "uk": ("Сторінку не знайдено", "Запитувану сторінку не знайдено."),
}  # fmt: skip

# Titles of pages that are there: an ordinary one, a short one, and one with words of error pages
ORDINARY: Final[Mapping[str, tuple[str, str, str]]] = {
    "ar": ("دليل المبتدئين", "من نحن", "كيف تصلح الصفحة غير الموجودة"),
    "cs": ("Průvodce pro začátečníky", "O nás", "Proč stránka nebyla nalezena a co s tím"),
    "de": ("Handbuch für Anfänger", "Impressum", "Seite nicht gefunden? So hilft man Besuchern weiter"),
    "en": ("A beginner's guide", "About us", "Why your page was not found by search engines"),
    "es": ("Guía para principiantes", "Quiénes somos", "Página no encontrada: qué hacer con los enlaces rotos"),
    "fr": ("Guide du débutant", "Mentions légales", "Page introuvable : comment réparer les liens morts"),
    "hi": ("शुरुआती गाइड", "हमारे बारे में", "पेज नहीं मिला तो क्या करें"),
    "id": ("Panduan pemula", "Tentang kami", "Mengapa halaman tidak ditemukan di mesin pencari"),
    "it": ("Guida per principianti", "Chi siamo", "Pagina non trovata, che fare?"),
    "ja": ("初心者ガイド", "会社概要", "ページが見つかりませんと表示される原因と対処法"),
    "nl": ("Gids voor beginners", "Over ons", "Wat te doen als een pagina niet gevonden wordt"),
    "pl": ("Przewodnik dla początkujących", "O nas", "Nie znaleziono strony w wyszukiwarce? Oto powody"),
    "pt": ("Guia para iniciantes", "Sobre nós", "Página não encontrada no Google: o que fazer"),
    "ru": ("Руководство для начинающих", "О компании", "Что делать, если страница не найдена поисковиком"),
    "sv": ("Guide för nybörjare", "Om oss", "Varför hittades inte sidan av sökmotorn?"),
    "tr": ("Yeni başlayanlar için rehber", "Hakkımızda", "Sayfa bulunamadı hatası nasıl çözülür"),
    "uk": ("Посібник для початківців", "Про нас", "Чому сторінку не знайдено у пошуку"),
    "zh": ("新手指南", "关于我们", "页面不存在时怎样留住访客"),
}  # fmt: skip
