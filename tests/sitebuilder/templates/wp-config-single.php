<?php
define( 'WP_HOME', @url@ );
define( 'WP_SITEURL', WP_HOME );
