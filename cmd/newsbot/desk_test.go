package main

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
)

// TestDeskThroughTheProgram leads the real program through an editor's whole
// way: a picture to some of the readers, at a time, held and let go on by
// another process than began it, corrected in every chat, and called back.
func TestDeskThroughTheProgram(t *testing.T) {
	t.Parallel()
	almaty, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		p := w.start(database, "SEND_RATE=5")
		kazakhs := w.crowd(12, "kk")
		w.say(editor, "/start")
		w.sees(editor, "Emma")
		w.say(other, "/start") // in Russian: not for him
		w.sees(other, "Иван")

		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 120, 80))); err != nil {
			t.Fatal(err)
		}
		w.sayIn(editor, editor, "/broadcast Асу жабық", emulator.WithPhoto(picture.Bytes()))
		card := w.sees(editor, "Send it?")
		w.presses(editor, card, "Audience")
		w.presses(editor, w.sees(editor, "Who gets it"), "Қазақша")
		w.becomes(card, "the count of those who read Kazakh", func(m emulator.Message) bool { return strings.Contains(m.Text, "12 chats") })
		w.presses(editor, current(w, card), "Back")
		w.becomes(card, "the card to be back", func(m emulator.Message) bool {
			return strings.Contains(m.Text, "interface language: Қазақша") && strings.Contains(m.Text, "Send it?")
		})
		w.presses(editor, current(w, card), "When")
		w.becomes(card, "the question for a time", func(m emulator.Message) bool { return strings.Contains(m.Text, "When should it go out") })
		w.say(editor, "now")
		card = w.sees(editor, "When: at once")
		w.presses(editor, card, "When")
		w.becomes(card, "the question for a time", func(m emulator.Message) bool { return strings.Contains(m.Text, "When should it go out") })
		at := time.Now().In(almaty).Add(75 * time.Second) // on the minute: within 15 to 75 s
		w.say(editor, at.Format("15:04"))
		card = w.sees(editor, at.Format("15:04"), "UTC+5")
		w.presses(editor, card, "Schedule for 12 chats")
		w.becomes(card, "it to be scheduled", func(m emulator.Message) bool { return strings.Contains(m.Text, "Scheduled") })

		// It is kept over a restart, begins by itself, and is held midway.
		p.stop()
		p = w.start(database, "SEND_RATE=5")
		var progress emulator.Message
		eventually(t, 110*time.Second, "the broadcast to begin at its time", func() bool {
			for _, m := range w.emu.Messages(editor) {
				if m.Outgoing && strings.Contains(m.Text, "Broadcast is running") {
					progress = m
					return true
				}
			}
			return false
		})
		if early := time.Until(at.Truncate(time.Minute)); early > 0 {
			t.Errorf("it began %v before its time", early)
		}
		w.presses(editor, progress, "Pause")
		w.becomes(progress, "it to be held", func(m emulator.Message) bool { return strings.Contains(m.Text, "Broadcast is paused") })
		p.kill()
		p = w.start(database)
		time.Sleep(2 * time.Second)
		held := w.having(kazakhs, "Асу жабық")
		time.Sleep(time.Second)
		if now := w.having(kazakhs, "Асу жабық"); now != held || now == 12 {
			t.Errorf("while it is held %d chats have it, then %d, of 12", held, now)
		}
		w.presses(editor, current(w, progress), "Go on")
		w.becomes(progress, "the report in the same message", func(m emulator.Message) bool { return strings.Contains(m.Text, "Sent: 12 of 12") })
		if n := w.having(kazakhs, "Асу жабық"); n != 12 {
			t.Errorf("%d chats have it, want 12", n)
		}
		if n := w.having([]int64{other}, "Асу жабық"); n != 0 {
			t.Error("who reads Russian has it too")
		}

		// Corrected, and called back.
		w.presses(editor, current(w, progress), "Correct")
		w.sees(editor, "The picture stays")
		w.say(editor, "Асу ашық")
		correction := w.sees(editor, "Correct it?")
		w.presses(editor, correction, "Correct in 12 chats")
		w.becomes(correction, "the correction to be done", func(m emulator.Message) bool { return strings.Contains(m.Text, "Corrected: 12 of 12") })
		if old, fresh := w.having(kazakhs, "Асу жабық"), w.having(kazakhs, "Асу ашық"); old != 0 || fresh != 12 {
			t.Errorf("%d chats have the old words and %d the new ones", old, fresh)
		}
		w.presses(editor, current(w, progress), "Recall")
		w.becomes(progress, "the question", func(m emulator.Message) bool { return strings.Contains(m.Text, "Delete the message in every chat") })
		w.presses(editor, current(w, progress), "Delete in 12 chats")
		w.becomes(progress, "the recall to be done", func(m emulator.Message) bool { return strings.Contains(m.Text, "Deleted: 12 of 12") })
		if n := w.having(kazakhs, "Асу"); n != 0 {
			t.Errorf("%d chats still have it", n)
		}
		w.say(editor, "/broadcasts")
		w.sees(editor, "Broadcasts", "recall, done", "correction, done")
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		w.valid()
	})
}

// crowd makes people who have started the bot, with ids from 7001 on.
func (w *town) crowd(n int, language string) (ids []int64) {
	w.t.Helper()
	for i := range int64(n) {
		id := 7001 + i
		w.emu.AddUser(emulator.User{ID: id, FirstName: "Reader", LanguageCode: language})
		w.say(id, "/start")
		ids = append(ids, id)
	}
	for _, id := range ids {
		w.sees(id, "Reader")
	}
	return ids
}

// having counts the chats in which the bot's message has some words.
func (w *town) having(chats []int64, words string) (n int) {
	for _, chat := range chats {
		for _, m := range w.emu.Messages(chat) {
			if m.Outgoing && strings.Contains(m.Text+m.Caption, words) {
				n++
				break
			}
		}
	}
	return n
}
