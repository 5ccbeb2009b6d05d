"""What learners say in their passports, by area of need, and who picks them up from school."""

PASSPORTS: dict[str, tuple[dict[str, str], ...]] = {
    "cognition": (
        {
            "strengths": "I remember facts about animals. I am good at building and at explaining with pictures.",
            "hard": "Reading a whole page by myself. Copying from the board. I forget long lists of things to do.",
            "helps": "One thing at a time. Words on my table. Telling you the answer before I write it.",
            "does_not_help": "Being asked to read out loud without a warning. Someone finishing my sentence.",
            "aspirations": "To read the whole of a chapter book. To be a vet.",
            "communication": "Give me a moment to think. Ask me to show you.",
        },
        {
            "strengths": "I never give up on a puzzle. I look after the younger children at lunchtime.",
            "hard": "Times tables and money. When numbers are all close together on the page.",
            "helps": "Cubes and number lines. Doing the first one together. Squared paper.",
            "does_not_help": "Being timed in front of everybody.",
            "aspirations": "To help in my uncle's shop and give the right change.",
            "communication": "Say it slowly and draw it.",
        },
    ),
    "communication": (
        {
            "strengths": "I know everything about trains. I am kind and I notice when things are out of place.",
            "hard": "Lots of people talking. When plans change and nobody told me.",
            "helps": "My visual timetable. Short instructions. Five minutes' warning before we stop.",
            "does_not_help": "Being told to look at you. Surprises. Shouting, even at somebody else.",
            "aspirations": "To have a friend who likes maps too. To go on the Year 6 trip.",
            "communication": "Say my name first. One question, then wait.",
        },
        {
            "strengths": "I am a fast runner and a good drummer. I make people laugh.",
            "hard": "Finding the word I want. Understanding stories when I can't see pictures.",
            "helps": "Pictures and signs. Practising with a partner before I tell the class.",
            "does_not_help": "Pretending you understood me when you didn't.",
            "aspirations": "To tell a joke in assembly.",
            "communication": "Ask me to say it again in a different way.",
        },
    ),
    "semh": (
        {
            "strengths": "I am brave and I stick up for people. I am good at football and at drawing dragons.",
            "hard": "Waiting. Losing. Mondays.",
            "helps": "A job to do when I come in. My key adult. Somewhere quiet with my headphones.",
            "does_not_help": "Lots of adults talking to me at once. Talking about it straight away.",
            "aspirations": "To stay in class all day. To be captain.",
            "communication": "Give me two choices. Come back in five minutes.",
        },
    ),
    "sensory": (
        {
            "strengths": "I am good at swimming, singing and chess. I know a lot about space.",
            "hard": "Stairs when everyone is moving. Writing for a long time. Noisy halls.",
            "helps": "My sloping board and my laptop. Leaving two minutes early. Sitting at the front.",
            "does_not_help": "Doing it for me without asking.",
            "aspirations": "To carry my own tray and to work on rockets.",
            "communication": "Talk to me, not to the adult beside me.",
        },
    ),
}
RELATIONSHIPS = ("Mother", "Mother", "Father", "Father", "Grandmother", "Step-father", "Aunt", "Foster carer")
SEN_NOTES = (
    "Concern raised by the class teacher; parents met and agreed.",
    "Screening in school, then a meeting with parents.",
    "Following the speech and language report.",
    "Reviewed with parents: support continues.",
)
