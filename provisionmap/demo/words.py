"""What a SENCO would write on the map: outcome, baseline and target, by the starter entry they belong to."""

Goal = tuple[str, str, str]

GOALS: dict[str, tuple[Goal, ...]] = {
    "worry-box": (
        ("Saves a worry for worry time instead of leaving the lesson", "leaves 4 lessons a week", "1 a week"),
        ("Says what the worry is and one thing that would help", "with an adult's words", "in own words"),
    ),
    "nurture-group": (
        ("Stays with a shared activity and takes turns for ten minutes", "3 minutes", "10 minutes"),
        ("Accepts help from an adult when something goes wrong", "1 day in 5", "4 days in 5"),
    ),
    "social-skills": (
        ("Joins a game at playtime by asking", "watches from the wall", "joins 4 days in 5"),
        ("Sorts out a quarrel with words and one adult prompt", "5 quarrels a week", "1 a week"),
    ),
    "buddy": (
        ("Has somebody to play with at lunchtime", "1 day in 5", "4 days in 5"),
        ("Names two friends and what they like to play", "none named", "two friends"),
    ),
    "comic-strips": (
        ("Explains how the other child felt after a falling-out", "own view only", "both views, 3 times"),
        ("Fewer misunderstandings end in hitting out", "6 a week", "2 a week"),
    ),
    "emotional-literacy": (
        ("Names a feeling and picks a calming strategy", "with a prompt each time", "3 times unprompted"),
        ("Tells an adult before the feeling gets too big", "SDQ total 19", "SDQ total 14"),
    ),
    "language-group": (
        ("Follows an instruction with two parts", "1 in 5", "4 in 5"),
        ("Retells a story with a beginning, a middle and an end", "single events", "all three parts"),
        ("Answers who, where and what questions about a picture", "3 of 12", "10 of 12"),
    ),
    "vocabulary-group": (
        ("Uses the topic's taught words in talk and writing", "4 of 20 words", "16 of 20"),
        ("Explains a new word and links it to one already known", "2 of 10", "8 of 10"),
    ),
    "brick-club": (
        ("Keeps to a role and asks for the piece that is needed", "2 turns in 10 min", "8 turns"),
        ("Repairs a misunderstanding without an adult", "not yet", "twice running"),
    ),
    "cue-cards": (
        ("Asks for a break before becoming upset", "1 request a day", "every time, 4 days in 5"),
        ("Shows the help card instead of waiting", "waits 10 minutes", "within 2 minutes"),
    ),
    "precision-teaching": (
        ("Reads the first 100 key words at speed", "14 correct a minute", "40 a minute"),
        ("Recalls the 2, 5 and 10 times tables at speed", "9 correct a minute", "30 a minute"),
        ("Spells 30 common exception words in writing", "8 of 30", "27 of 30"),
    ),
    "phonics-catch-up": (
        ("Reads and writes the digraphs taught so far", "9 of 24 sounds", "22 of 24"),
        ("Blends words with adjacent consonants", "3 of 10", "9 of 10"),
    ),
    "reading-group": (
        ("Reads aloud at a pace that carries the meaning", "48 words a minute", "80 words a minute"),
        ("Corrects a misread word when it makes no sense", "1 in 6", "4 in 6"),
    ),
    "spelling-group": (
        ("Uses taught spelling patterns in free writing", "3 of 10 patterns", "8 of 10"),
        ("Spells the -ed and -ing endings", "spelling age 6:10", "7:6"),
    ),
    "number-group": (
        ("Adds and takes away within 20 without counting in ones", "6 of 20", "17 of 20"),
        ("Partitions three-digit numbers in different ways", "with blocks", "on paper"),
        ("Counts a set to 20 and says how many", "to 8", "to 20"),
    ),
    "pre-teaching": (
        ("Starts the main task without an adult", "1 lesson in 5", "4 in 5"),
        ("Puts a hand up with an answer in the lesson", "rarely", "once a lesson"),
    ),
    "fine-motor-group": (
        ("Forms letters that sit on the line", "11 legible a minute", "25 a minute"),
        ("Cuts along a curved line and does up buttons", "with help", "alone"),
    ),
    "gross-motor-group": (
        ("Catches a large ball and balances on one leg", "2 of 8 on checklist", "6 of 8"),
        ("Sits upright at the table for a whole task", "5 minutes", "15 minutes"),
    ),
    "sensory-circuit": (
        ("Is ready to learn soon after coming in", "25 minutes to settle", "5 minutes"),
        ("Chooses a calming activity when it is too loud", "leaves the room", "4 days in 5"),
    ),
    "typing": (("Types a paragraph faster than by hand", "7 words a minute", "18 a minute"),),
    "reading-catch-up": (("Reads the class book with a partner", "reading age 7:1", "7:9"),),
    "homework-club": (("Hands homework in on time", "1 in 4 pieces", "4 in 4"),),
    "breakfast-club": (("In school and settled before the register", "6 lates a month", "1 a month"),),
    "tutoring": (
        ("Secures fractions from last year's gaps", "4 of 15", "12 of 15"),
        ("Punctuates sentences in own writing", "5 of 12", "10 of 12"),
    ),
    "key-adult": (
        ("Checks in and gets through the morning in class", "2 mornings in 5", "5 in 5"),
        ("Repairs with the key adult after a hard moment", "next day", "within the hour"),
    ),
    "social-stories": (
        ("Moves from playground to class without upset", "1 day in 5", "5 in 5"),
        ("Copes when a visitor or supply teacher comes", "leaves the class", "stays, 3 times"),
    ),
    "counselling": (("Aim agreed between the learner and the counsellor", "", ""),),
    "risk-plan": (("Uses the plan's safe place instead of running", "3 incidents a week", "none for 6 weeks"),),
    "speech-therapy-programme": (
        ("Says k and g at the start of words in sentences", "4 of 20", "18 of 20"),
        ("Uses three- and four-word sentences in play", "two words", "four words"),
    ),
    "speech-therapy": (
        ("Understands sentences with 'before' and 'after'", "2 of 8", "7 of 8"),
        ("Makes herself or himself understood to unfamiliar adults", "half the time", "most of the time"),
    ),
    "aac": (("Asks and comments with the communication book", "6 messages a day", "20 a day"),),
    "attention-programme": (("Joins a shared activity led by an adult", "2 minutes", "10 minutes"),),
    "structured-phonics": (
        ("Reads and spells closed-syllable words", "reading age 6:3", "7:0"),
        ("Reads decodable text without guessing", "61 % correct", "92 % correct"),
    ),
    "individual-maths": (("Counts on from the larger number to add", "counts all", "to 20, securely"),),
    "adapted-curriculum": (
        ("Writes a sentence with finger spaces and a full stop", "with a frame", "alone"),
        ("Meets the small steps set for reading and number", "2 of 10", "8 of 10"),
    ),
    "scribe-reader": (("Finishes tests and long tasks in the time given", "half finished", "finished"),),
    "physio-programme": (("Climbs the stairs with one hand on the rail", "two hands", "one hand"),),
    "ot-programme": (("Uses cutlery and dresses for PE alone", "with help", "alone in 8 minutes"),),
    "pe-support": (("Takes part in the whole PE lesson", "half the lesson", "all of it"),),
    "vi-hi-teaching": (("Checks own equipment and says when it is not working", "when asked", "unprompted"),),
}
ALWAYS: dict[str, str] = {
    "movement-breaks": "Comes back to the task within two minutes",
    "visual-timetable": "Gets ready for what is next without being told",
    "task-planners": "Ticks off steps and finishes two tasks a day",
    "pre-taught-vocabulary": "Uses the new words in the lesson",
    "zones": "Shows a colour and picks a strategy each morning",
    "soft-start": "In class and calm by nine",
    "word-mats": "Finds the word alone before asking",
    "oral-alternatives": "Shows what is known without writing it",
    "seating": "Sees and hears the teacher from the seat",
    "simple-language": "Starts when asked once",
}

# First choices for each type of need: tier 1, tier 2, tier 3.
FOR_NEED: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "SPLD": (
        ("tinted-paper", "clear-font", "word-mats", "oral-alternatives", "pre-taught-vocabulary"),
        ("precision-teaching", "phonics-catch-up", "reading-group", "spelling-group", "typing"),
        ("structured-phonics", "scribe-reader"),
    ),
    "MLD": (
        ("task-planners", "modelling", "word-mats", "simple-language"),
        ("number-group", "pre-teaching", "phonics-catch-up", "precision-teaching", "vocabulary-group"),
        ("individual-maths", "adapted-curriculum"),
    ),
    "SLCN": (
        ("simple-language", "talk-partners", "visual-timetable", "modelling", "pre-taught-vocabulary"),
        ("language-group", "vocabulary-group", "pre-teaching", "brick-club"),
        ("speech-therapy-programme", "speech-therapy", "attention-programme"),
    ),
    "ASD": (
        ("visual-timetable", "movement-breaks", "choice-grouping", "seating", "simple-language"),
        ("brick-club", "comic-strips", "sensory-circuit", "cue-cards", "social-skills"),
        ("social-stories", "speech-therapy-programme", "key-adult", "attention-programme"),
    ),
    "SEMH": (
        ("zones", "soft-start", "consistent-adults", "rewards", "movement-breaks"),
        ("emotional-literacy", "social-skills", "nurture-group", "worry-box", "buddy", "comic-strips"),
        ("key-adult", "risk-plan", "counselling"),
    ),
    "PD": (
        ("adapted-tools", "seating", "fine-motor", "movement-breaks"),
        ("fine-motor-group", "gross-motor-group", "typing"),
        ("physio-programme", "ot-programme", "pe-support"),
    ),
    "HI": (
        ("seating", "visual-timetable", "pre-taught-vocabulary"),
        ("vocabulary-group", "language-group", "pre-teaching"),
        ("vi-hi-teaching", "speech-therapy"),
    ),
    "VI": (
        ("clear-font", "seating", "oral-alternatives", "adapted-tools"),
        ("typing", "fine-motor-group", "pre-teaching"),
        ("vi-hi-teaching", "pe-support"),
    ),
    "OTH": (
        ("outdoor", "soft-start", "talk-partners"),
        ("sensory-circuit", "pre-teaching", "buddy"),
        ("key-adult", "ot-programme"),
    ),
    "": (
        ("talk-partners", "rewards"),
        ("reading-catch-up", "homework-club", "breakfast-club", "tutoring"),
        (),
    ),
}
# Types of need that share the choices of another.
LIKE = {"SLD": "MLD", "PMLD": "PD", "MSI": "VI", "DS": "MLD", "NSA": "SLCN"}
