"""Invented names. First names come from many languages; surnames are made of two halves, so nobody has them."""

from collections.abc import Iterator
from random import Random

GIRLS = (
    "Aaliyah", "Abena", "Ada", "Aisling", "Alma", "Amara", "Amelie", "Anika", "Anwen", "Aoife", "Asha", "Ayesha",
    "Beatrix", "Bronwen", "Carys", "Chiara", "Chloe", "Daisy", "Daria", "Dilys", "Elena", "Elif", "Elsie", "Erin",
    "Esme", "Fatima", "Femi", "Freya", "Gaia", "Grace", "Halima", "Hana", "Harriet", "Hope", "Ines", "Iris", "Isla",
    "Jaya", "Jessa", "Kadija", "Keira", "Kezia", "Leila", "Lina", "Lottie", "Mabel", "Maisie", "Mei", "Mina",
    "Naomi", "Nia", "Noor", "Olive", "Paloma", "Pia", "Poppy", "Priti", "Rhea", "Rosa", "Ruby", "Saoirse", "Selma",
    "Sofia", "Tamsin", "Thandi", "Uma", "Vera", "Willa", "Xanthe", "Yara", "Zainab", "Zofia",
)  # fmt: skip
BOYS = (
    "Aaron", "Adeel", "Aidan", "Akio", "Aleks", "Alfie", "Amir", "Anton", "Arjun", "Arlo", "Bashir", "Ben", "Bilal",
    "Callum", "Cai", "Chidi", "Dafydd", "Daniel", "Danilo", "Dev", "Eben", "Edris", "Eli", "Emre", "Ewan", "Farid",
    "Felix", "Finn", "Gabriel", "Gethin", "Hamza", "Harvey", "Hugo", "Idris", "Ilyas", "Isaac", "Ivo", "Jakub",
    "Jasper", "Jian", "Joel", "Joss", "Kai", "Karim", "Kofi", "Kwame", "Leo", "Luca", "Malik", "Mateo", "Milo",
    "Nabil", "Nico", "Noah", "Oisin", "Omar", "Oscar", "Pavel", "Quentin", "Rafi", "Ravi", "Reuben", "Rhys", "Rory",
    "Samir", "Seth", "Stefan", "Tariq", "Theo", "Tomos", "Umar", "Viktor", "Wilf", "Yusuf", "Zac", "Zubair",
)  # fmt: skip
ADULTS = (
    "Adaeze", "Alison", "Bethan", "Carol", "Dominic", "Esther", "Farah", "Gareth", "Helen", "Imran", "Joanna",
    "Kamila", "Lewis", "Marek", "Nadia", "Olu", "Patricia", "Rachel", "Sanjay", "Teresa", "Usha", "Vincent", "Wendy",
    "Yasmin", "Zoe", "Amandeep", "Brendan", "Chioma", "Delia", "Elaine", "Faisal", "Gwen", "Henrik", "Ingrid",
)  # fmt: skip
FIRST_HALVES = (
    "Alder", "Amber", "Barley", "Birken", "Bramble", "Brindle", "Cinder", "Clover", "Copper", "Dapple", "Ember",
    "Fallow", "Feather", "Flint", "Glimmer", "Gorse", "Harebell", "Heron", "Ivory", "Juniper", "Kestrel", "Lantern",
    "Linnet", "Maple", "Marl", "Meadow", "Nettle", "Oaken", "Otter", "Pebble", "Plover", "Quill", "Reed", "Russet",
    "Saffron", "Sorrel", "Swift", "Tansy", "Teasel", "Thistle", "Umber", "Velvet", "Willow", "Winter", "Yarrow",
)  # fmt: skip
SECOND_HALVES = (
    "acre", "bank", "brook", "by", "combe", "croft", "dale", "fell", "fold", "garth", "holme", "lock", "mere",
    "moor", "more", "ridge", "sedge", "shaw", "stead", "thwaite", "vale", "wick",
)  # fmt: skip


def surnames(rng: Random) -> Iterator[str]:
    """Invented surnames in a random order, each once, then all over again."""
    made = [first + second for first in FIRST_HALVES for second in SECOND_HALVES]
    rng.shuffle(made)
    while True:
        yield from made


def adult_names(rng: Random) -> Iterator[str]:
    """Full names of adults."""
    endings = surnames(rng)
    while True:
        yield f"{rng.choice(ADULTS)} {next(endings)}"


def child_names(rng: Random) -> Iterator[tuple[str, str, str]]:
    """Forename, surname and sex of children; brothers and sisters share a surname now and then."""
    endings, sibling = surnames(rng), 0.08
    last = next(endings)
    while True:
        last = last if rng.random() < sibling else next(endings)
        sex = rng.choice("FM")
        yield rng.choice(GIRLS if sex == "F" else BOYS), last, sex
