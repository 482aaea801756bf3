package article

// Pages lays blocks out as pages of Telegram HTML, each at most limit UTF-16
// units once parsed.
func Pages(blocks []Block, limit int) []string { return nil }

// Escape makes s safe as text or attribute value in Telegram HTML.
func Escape(s string) string { return s }

// Length counts the UTF-16 units of Telegram HTML once parsed, as Telegram's limits do.
func Length(html string) int { return len(html) }
