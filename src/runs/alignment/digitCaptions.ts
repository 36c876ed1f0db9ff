/** A language's words for 0 to 9, and what a caption says with one of them in place of `{}`. */
interface Language {
  readonly words: readonly string[];
  readonly captions: readonly string[];
}

const languages: readonly Language[] = [
  {
    words: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    captions: [
      ...["{}", "a handwritten {}", "the number {}", "the digit {}", "a picture of a {}"],
      ...["somebody wrote a {}", "a voice saying {}"],
    ],
  },
  {
    words: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    captions: ["{}", "the digit {}", "number {}", "a handwritten {}"],
  },
  {
    words: ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    captions: ["{}", "le chiffre {}", "un {} écrit à la main"],
  },
  {
    words: ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    captions: ["{}", "die Zahl {}", "eine handgeschriebene {}"],
  },
  {
    words: ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
    captions: ["{}", "el número {}", "un {} escrito a mano"],
  },
  {
    words: ["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"],
    captions: ["{}", "il numero {}", "un {} scritto a mano"],
  },
];

/** What the lesson's second part says of a digit in words: English, figures, French, German, Spanish and Italian. */
export const digitCaptions: readonly (readonly string[])[] = Array.from({ length: 10 }, (_, digit) => [
  ...new Set(
    languages.flatMap(({ words, captions }) =>
      captions.map((caption) => caption.replace("{}", words[digit]!)),
    ),
  ),
]);

/** What is spoken for each digit. */
export const digitWords: readonly string[] = languages[0]!.words;
