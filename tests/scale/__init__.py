"""How the plugin does with tens of thousands of people: its people are the API's, and no statement reads them all."""
