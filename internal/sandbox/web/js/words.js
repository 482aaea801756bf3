// The page's own words in Kazakh, Russian and English. What the bot says is
// the bot's; these are the sandbox's.

const KK = {
  name: 'Қазақша',
  months: ['қаңтар', 'ақпан', 'наурыз', 'сәуір', 'мамыр', 'маусым', 'шілде', 'тамыз', 'қыркүйек', 'қазан', 'қараша', 'желтоқсан'],
  weekdays: ['жексенбі', 'дүйсенбі', 'сейсенбі', 'сәрсенбі', 'бейсенбі', 'жұма', 'сенбі'],
  date: (d, m, y) => (y ? `${y} жылғы ${d} ${m}` : `${d} ${m}`),
  dated: (weekday, date) => `${date}, ${weekday}`,
  members: (n) => `${n} мүше`,
  today: 'Бүгін', yesterday: 'Кеше', edited: 'өңделген',
  whoAmI: 'Мен кіммін', chats: 'Чаттар', reader: 'оқырман', editor: 'редактор', bot: 'бот', noMessages: 'Әзірге хабар жоқ',
  typing: 'жазып жатыр', you: 'Сіз', photo: 'Фото', document: 'Файл', pinned: 'Бекітілген хабар',
  start: 'Бастау', unblock: 'Бұғаттан шығару', write: 'Хабар жазыңыз', send: 'Жіберу', attach: 'Фото тіркеу', menu: 'Мәзір', commands: 'Бот командалары', noCommands: 'Бот әлі мәзірін жариялаған жоқ',
  reply: 'Жауап беру', replyTo: 'Жауап:', copy: 'Мәтінді көшіру', copied: 'Көшірілді', cancel: 'Болдырмау', close: 'Жабу', ok: 'Жарайды', back: 'Чаттар тізіміне', toBottom: 'Төменге', keyboard: 'Пернетақта',
  about: 'Бұл бот не істей алады?', freshChat: 'Мұнда хабар жоқ. Бастау үшін төмендегі батырманы басыңыз.', freshGroup: 'Топта әлі ешкім ештеңе жазған жоқ.', pickChat: 'Чат таңдаңыз',
  offline: 'Байланыс үзілді, қайта қосылуда…', loading: 'Жүктелуде…',
  theme: { auto: 'Безендіру: жүйе бойынша', light: 'Безендіру: жарық', dark: 'Безендіру: қараңғы' }, pageLanguage: 'Бет тілі', panel: 'Басқару тақтасы',
  clock: 'Сағат', clockNote: 'Алматы уақыты. Сағатты алға жылжытсаңыз, мерзімі келген жұмыстар бірден орындалады.',
  todayAt8: 'Бүгін 08:00', tomorrowAt8: 'Ертең 08:00', plus10: '+10 мин', plus60: '+1 сағ', setTime: 'Уақытты қою',
  moved: (x) => `Сағат енді ${x}`,
  newsroom: 'Редакция', publish: 'Жаңалық жариялау', published: (x) => `Жарияланды: ${x}`, allPublished: 'Барлық жаңалық жарияланып болды',
  rates: 'Ұлттық Банк қалай жауап береді', modes: { ok: 'Дұрыс', down: 'Жұмыс істемейді (503)', html: 'HTML бет қайтарады', zeros: 'Нөл бағамдар', empty: 'Бос тізім' },
  person: 'Бұл адам', language: 'Қолданба тілі', noLanguage: 'көрсетілмеген', block: 'Ботты бұғаттау', blockedNow: 'Сіз ботты бұғаттадыңыз',
  calls: 'API шақырулары', callsNote: 'Боттың Telegram-ға жібергендері. Бұзушылықтар қызылмен белгіленеді.', noCalls: 'Бот әлі ештеңе шақырған жоқ', violations: (n) => `${n} бұзушылық`, noViolations: 'бұзушылық жоқ', clear: 'Тазарту', ms: 'мс',
  tryFirst: 'Неден бастау керек',
  steps: {
    read: ['Жаңалық оқу', 'Тізімді ашып, тақырыпты басыңыз'], rates: ['Бағамды көру', 'Ұлттық Банктің ресми бағамы'],
    digest: ['Дайджест қосу', 'Уақытын таңдап, сағатты жылжытыңыз'], broadcast: ['Редактор болу', 'Бәріне хабарлама жіберіңіз'],
  },
  moveTo8: '→ 08:00', sample: 'Қайырлы таң! Бүгін Алматыда қар күтіледі.', hide: 'Жасыру',
  errors: { offline: 'Сынақ алаңы жауап бермейді', no_answer: 'Бот жауап бермеді', no_button: 'Бұл батырма енді жоқ', not_sent: 'Хабар жіберілмеді', clock: 'Сағат тек алға жүреді, ең көп дегенде 400 күнге', bad_request: 'Бұлай болмайды', failed: 'Қате шықты', too_big: 'Сурет 10 МБ-тан аспауы керек' },
  services: { new_chat_members: (who, bot) => `${who} топқа ${bot} ботын қосты`, left_chat_member: (who) => `${who} топтан шықты`, pinned_message: (who) => `${who} хабарды бекітті`, group_chat_created: (who) => `${who} топ құрды`, migrate_to_chat_id: 'топ супертопқа айналды', migrate_from_chat_id: 'топ супертопқа айналды' },
  spoiler: 'Жасырын мәтінді көрсету', expand: 'Толығырақ', collapse: 'Жинау', openPicture: 'Суретті ашу', formatting: '**қалың**, __көлбеу__, ~~сызылған~~, `код`, ||жасырын||',
};

const RU = {
  name: 'Русский',
  months: ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'],
  weekdays: ['воскресенье', 'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота'],
  date: (d, m, y) => (y ? `${d} ${m} ${y} г.` : `${d} ${m}`),
  dated: (weekday, date) => `${weekday}, ${date}`,
  members: (n) => `${n} ${plural(n, 'участник', 'участника', 'участников')}`,
  today: 'Сегодня', yesterday: 'Вчера', edited: 'изменено',
  whoAmI: 'Кто я', chats: 'Чаты', reader: 'читатель', editor: 'редактор', bot: 'бот', noMessages: 'Сообщений пока нет',
  typing: 'печатает', you: 'Вы', photo: 'Фото', document: 'Файл', pinned: 'Закреплённое сообщение',
  start: 'Начать', unblock: 'Разблокировать', write: 'Сообщение', send: 'Отправить', attach: 'Прикрепить фото', menu: 'Меню', commands: 'Команды бота', noCommands: 'Бот ещё не опубликовал меню',
  reply: 'Ответить', replyTo: 'Ответ на', copy: 'Копировать текст', copied: 'Скопировано', cancel: 'Отмена', close: 'Закрыть', ok: 'Понятно', back: 'К списку чатов', toBottom: 'Вниз', keyboard: 'Клавиатура',
  about: 'Что умеет этот бот?', freshChat: 'Здесь пока пусто. Нажмите кнопку внизу, чтобы начать.', freshGroup: 'В группе ещё никто ничего не написал.', pickChat: 'Выберите чат',
  offline: 'Связь потеряна, подключаемся…', loading: 'Загрузка…',
  theme: { auto: 'Тема: как в системе', light: 'Тема: светлая', dark: 'Тема: тёмная' }, pageLanguage: 'Язык страницы', panel: 'Панель управления',
  clock: 'Часы', clockNote: 'Время Алматы. Сдвиньте часы вперёд, и всё, чему пришёл срок, выполнится сразу.',
  todayAt8: 'Сегодня 08:00', tomorrowAt8: 'Завтра 08:00', plus10: '+10 мин', plus60: '+1 ч', setTime: 'Перевести часы',
  moved: (x) => `Теперь на часах ${x}`,
  newsroom: 'Редакция', publish: 'Опубликовать новость', published: (x) => `Опубликовано: ${x}`, allPublished: 'Все новости уже вышли',
  rates: 'Как отвечает Нацбанк', modes: { ok: 'Исправно', down: 'Не работает (503)', html: 'Отдаёт HTML', zeros: 'Нулевые курсы', empty: 'Пустой список' },
  person: 'Этот человек', language: 'Язык приложения', noLanguage: 'не указан', block: 'Заблокировать бота', blockedNow: 'Вы заблокировали бота',
  calls: 'Вызовы API', callsNote: 'Что бот отправляет в Telegram. Нарушения выделены красным.', noCalls: 'Бот пока ничего не вызывал', violations: (n) => `${n} ${plural(n, 'нарушение', 'нарушения', 'нарушений')}`, noViolations: 'нарушений нет', clear: 'Очистить', ms: 'мс',
  tryFirst: 'С чего начать',
  steps: {
    read: ['Прочитать новость', 'Откройте список и нажмите на заголовок'], rates: ['Узнать курсы', 'Официальные курсы Нацбанка'],
    digest: ['Включить дайджест', 'Выберите время и сдвиньте часы'], broadcast: ['Побыть редактором', 'Разошлите сообщение всем'],
  },
  moveTo8: '→ 08:00', sample: 'Доброе утро! Сегодня в Алматы ожидается снег.', hide: 'Скрыть',
  errors: { offline: 'Песочница не отвечает', no_answer: 'Бот не ответил', no_button: 'Этой кнопки больше нет', not_sent: 'Сообщение не отправлено', clock: 'Часы идут только вперёд, не больше чем на 400 дней', bad_request: 'Так нельзя', failed: 'Что-то сломалось', too_big: 'Картинка должна быть не больше 10 МБ' },
  services: { new_chat_members: (who, bot) => `${who} добавляет ${bot} в группу`, left_chat_member: (who) => `${who} покидает группу`, pinned_message: (who) => `${who} закрепляет сообщение`, group_chat_created: (who) => `${who} создаёт группу`, migrate_to_chat_id: 'группа стала супергруппой', migrate_from_chat_id: 'группа стала супергруппой' },
  spoiler: 'Показать скрытый текст', expand: 'Развернуть', collapse: 'Свернуть', openPicture: 'Открыть картинку', formatting: '**жирный**, __курсив__, ~~зачёркнутый~~, `код`, ||скрытый||',
};

const EN = {
  name: 'English',
  months: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  date: (d, m, y) => (y ? `${d} ${m} ${y}` : `${d} ${m}`),
  dated: (weekday, date) => `${weekday}, ${date}`,
  members: (n) => `${n} ${n === 1 ? 'member' : 'members'}`,
  today: 'Today', yesterday: 'Yesterday', edited: 'edited',
  whoAmI: 'Who am I', chats: 'Chats', reader: 'reader', editor: 'editor', bot: 'bot', noMessages: 'No messages yet',
  typing: 'typing', you: 'You', photo: 'Photo', document: 'File', pinned: 'Pinned message',
  start: 'Start', unblock: 'Unblock', write: 'Message', send: 'Send', attach: 'Attach a photo', menu: 'Menu', commands: 'Bot commands', noCommands: 'The bot has not published its menu yet',
  reply: 'Reply', replyTo: 'Reply to', copy: 'Copy text', copied: 'Copied', cancel: 'Cancel', close: 'Close', ok: 'OK', back: 'Back to chats', toBottom: 'Scroll to the bottom', keyboard: 'Keyboard',
  about: 'What can this bot do?', freshChat: 'Nothing here yet. Press the button below to begin.', freshGroup: 'Nobody has written in this group yet.', pickChat: 'Choose a chat',
  offline: 'Connection lost, reconnecting…', loading: 'Loading…',
  theme: { auto: 'Theme: same as system', light: 'Theme: light', dark: 'Theme: dark' }, pageLanguage: 'Language of this page', panel: 'Control panel',
  clock: 'Clock', clockNote: 'Almaty time. Move the clock forward and whatever has come due happens at once.',
  todayAt8: 'Today 08:00', tomorrowAt8: 'Tomorrow 08:00', plus10: '+10 min', plus60: '+1 h', setTime: 'Set the clock',
  moved: (x) => `The clock now says ${x}`,
  newsroom: 'Newsroom', publish: 'Publish a story now', published: (x) => `Published: ${x}`, allPublished: 'Every story is out already',
  rates: 'How the National Bank answers', modes: { ok: 'As it should', down: 'Out of order (503)', html: 'With an HTML page', zeros: 'With zeros', empty: 'With an empty list' },
  person: 'This person', language: 'App language', noLanguage: 'not set', block: 'Block the bot', blockedNow: 'You have blocked the bot',
  calls: 'API calls', callsNote: 'What the bot sends to Telegram. Violations are red.', noCalls: 'The bot has not called anything yet', violations: (n) => `${n} ${n === 1 ? 'violation' : 'violations'}`, noViolations: 'no violations', clear: 'Clear', ms: 'ms',
  tryFirst: 'What to try first',
  steps: {
    read: ['Read a story', 'Open the list and tap a headline'], rates: ['See the rates', 'Official rates of the National Bank'],
    digest: ['Turn a digest on', 'Pick a time, then move the clock'], broadcast: ['Be the editor', 'Send a message to everyone'],
  },
  moveTo8: '→ 08:00', sample: 'Good morning! Snow is expected in Almaty today.', hide: 'Hide',
  errors: { offline: 'The sandbox does not answer', no_answer: 'The bot did not answer', no_button: 'That button is gone', not_sent: 'The message was not sent', clock: 'The clock goes forward only, by at most 400 days', bad_request: 'That is not possible', failed: 'Something broke', too_big: 'A picture can be 10 MB at most' },
  services: { new_chat_members: (who, bot) => `${who} added ${bot}`, left_chat_member: (who) => `${who} left the group`, pinned_message: (who) => `${who} pinned a message`, group_chat_created: (who) => `${who} created the group`, migrate_to_chat_id: 'the group became a supergroup', migrate_from_chat_id: 'the group became a supergroup' },
  spoiler: 'Show the hidden text', expand: 'Show more', collapse: 'Show less', openPicture: 'Open the picture', formatting: '**bold**, __italic__, ~~strike~~, `code`, ||spoiler||',
};

function plural(n, one, few, many) {
  const a = n % 100;
  if (a >= 11 && a <= 14) return many;
  const b = n % 10;
  if (b === 1) return one;
  return b >= 2 && b <= 4 ? few : many;
}

const ALL = { kk: KK, ru: RU, en: EN };

/** LANGUAGES are those of the page. */
export const LANGUAGES = Object.keys(ALL);

let current = choose();

function choose() {
  const kept = localStorage.getItem('newsbot.language');
  if (ALL[kept]) return kept;
  for (const tag of navigator.languages ?? []) {
    const lang = tag.slice(0, 2).toLowerCase();
    if (ALL[lang]) return lang;
  }
  return 'en';
}

/** language is the page's language now. */
export const language = () => current;

/** setLanguage changes it, for good. */
export function setLanguage(lang) {
  current = lang;
  localStorage.setItem('newsbot.language', lang);
}

/** words are all words of the language. */
export const words = () => ALL[current];

/** t is a word by its key ("errors.offline"); a function there takes the arguments. */
export function t(key, ...args) {
  let w = ALL[current];
  for (const part of key.split('.')) w = w?.[part];
  if (typeof w === 'function') return w(...args);
  return w ?? key;
}

/** languageName is a language's name in itself. */
export const languageName = (lang) => ALL[lang]?.name ?? { uk: 'Українська', de: 'Deutsch' }[lang] ?? lang;

/** missing lists what one language has and another has not; the tests want none. */
export function missing() {
  const keys = (o, at = '') => Object.entries(o).flatMap(([k, v]) => (v && typeof v === 'object' && !Array.isArray(v) ? keys(v, `${at}${k}.`) : [`${at}${k}`]));
  const all = new Set(LANGUAGES.flatMap((l) => keys(ALL[l])));
  return LANGUAGES.flatMap((l) => [...all].filter((k) => !new Set(keys(ALL[l])).has(k)).map((k) => `${l}: ${k}`));
}
